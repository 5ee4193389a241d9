"""Strangers: whoever writes and calls from one number is one, however the number is written."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.interaction.correspondents.finding import Way, by_email, by_phone, whose_each
from services.interaction.identities.asking import Customers
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


class Slow(Customers):
    """Knows one address, and counts how many are asked for at once."""

    def __init__(self) -> None:
        self.asked, self.now, self.most = list[str](), 0, 0

    async def holders(self, field: str, value: str) -> list[Any] | None:
        assert field == "email"
        self.asked.append(value)
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        return [uuid4()] if value == "known@example.com" else []


async def test_each_is_asked_for_once_and_some_at_a_time() -> None:
    customers = Slow()
    ways = [(by_email(f"{n % 20}@example.com"),) for n in range(60)] + [(by_email("known@example.com"),)]
    found = await whose_each(customers, ways)
    assert sorted(customers.asked) == sorted({way.value for (way,) in ways})
    assert 1 < customers.most <= 8
    assert found[by_email("0@example.com"),] == ("email", "0@example.com")
    assert not isinstance(found[by_email("known@example.com"),], tuple)
