"""Strangers: whoever writes and calls from one number is one, however the number is written."""

from collections.abc import Collection
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.interaction.correspondents.finding import Way, by_email, by_phone, whose
from services.interaction.identities.asking import Customers, Holder, Holders, Point
from tests.services.interaction.calls.talking import number, send, shown, talk

MAPPING = {"id": "/id", "from": "/from", "text": "/text"}


@pytest.mark.parametrize(
    "written", ["+86 138 0013 8000", "0086-13800138000", "138 0013 8000", "tel:+86-138-0013-8000"]
)
def test_a_number_has_one_name(written: str) -> None:
    assert by_phone(written, "CN") == Way("phone", "+8613800138000", "phone")


async def test_who_calls_and_who_writes_is_one_stranger(client: httpx.AsyncClient) -> None:
    theirs, code, call = number(), f"s-{uuid4().hex[:8]}", uuid4().hex
    source = {"code": code, "name": "SMS", "channel": "sms", "system": "phone", "mapping": MAPPING}
    (await client.post("/v1/webhook-sources", json=source)).raise_for_status()
    message = {"id": uuid4().hex, "from": theirs.removeprefix("+86"), "text": "Call me."}
    taken = await client.post(f"/v1/webhook-sources/{code}/messages", json=message)
    assert taken.status_code == 200, taken.text
    wrote = (await client.get(f"/v1/interactions/{taken.json()['results'][0]['id']}")).json()
    await send(client, talk(call, f"0086 {theirs.removeprefix('+86')}"))
    assert (await shown(client, call))["customer_id"] == wrote["customer_id"]


class Book(Customers):
    """Knows who has some addresses, and counts the questions."""

    def __init__(self, **held: list[Holder]) -> None:
        self.held, self.asked = held, list[list[Point]]()

    async def holders(self, points: Collection[Point]) -> Holders | None:
        self.asked.append(list(points))
        return {point: self.held.get(point.value.partition("@")[0], []) for point in points}


async def test_all_are_asked_for_in_one_question() -> None:
    one, other = Holder(uuid4(), sure=True), Holder(uuid4(), sure=True)
    book = Book(known=[one], shared=[one, other], other=[other], perhaps=[Holder(uuid4(), sure=False)])
    expected: dict[tuple[str, ...], Any] = {
        ("nobody",): "nobody",
        ("known",): one.customer_id,
        ("shared",): "shared",
        ("perhaps",): "perhaps",
        ("nobody", "known"): one.customer_id,
        ("known", "other"): "known",
        ("known", "known"): one.customer_id,
    }
    wanted = {names: tuple(by_email(f"{each}@example.com") for each in names) for names in expected}
    found = await whose(book, list(wanted.values()))
    assert len(book.asked) == 1
    told = {names: found[ways] for names, ways in wanted.items()}
    assert told == {
        names: ("email", f"{who}@example.com") if isinstance(who, str) else who
        for names, who in expected.items()
    }
