"""Last contacts: of many customers at once, under every id, the newest first; seen and masked."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.interaction.contacts.schemas import LastContactsList
from shared.auth import Visibility
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.support.running import ANYBODY, Running

PATH = "/v1/contacts/last"


async def record(client: httpx.AsyncClient, customer: Any, *seconds: int) -> str:
    """Record contacts with somebody; return the id that they are kept under."""
    for second in seconds:
        body = contact(customer, occurred_at=f"2026-03-01T09:00:{second:02}Z", subject=f"s{second}")
        answer = await client.post("/v1/interactions", json=body)
        assert answer.status_code == 201, answer.text
    kept: str = answer.json()["customer_id"]
    return kept


async def ask(client: httpx.AsyncClient, *ids: str, **more: Any) -> list[dict[str, Any]]:
    answer = await client.get(PATH, params={"customers": ids, **more})
    assert answer.status_code == 200, answer.text
    LastContactsList.model_validate(answer.json())
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_the_newest_of_each_come_in_order(client: httpx.AsyncClient) -> None:
    first = await record(client, {"system": "erp", "id": name()}, 5, 30, 10, 20)
    second = await record(client, {"system": "erp", "id": name()}, 7)
    told = {each["customer_id"]: each["contacts"] for each in await ask(client, first, second, str(uuid4()))}
    assert {id_: [each["subject"] for each in of] for id_, of in told.items()} == {
        first: ["s30"],
        second: ["s7"],
    }
    (one,) = await ask(client, first, each=3)
    assert [each["subject"] for each in one["contacts"]] == ["s30", "s20", "s10"]
    assert one["contacts"][0] | {"id": ""} == {
        "id": "",
        "channel": "phone",
        "direction": "none",
        "purpose": None,
        "occurred_at": "2026-03-01T09:00:30+00:00",
        "subject": "s30",
        "masked": [],
    }


async def test_all_ids_of_a_customer_count(client: httpx.AsyncClient, interaction: Running) -> None:
    old = await record(client, {"system": "erp", "id": name()}, 5, 40)
    new = await record(client, {"system": "erp", "id": name()}, 30)
    await interaction.database.pool.execute(
        "update interaction.identities set current_id = $1 where original_id = $2", new, old
    )
    for asked in (old, new):
        (one,) = await ask(client, asked, each=2)
        assert (one["customer_id"], one["current_customer_id"]) == (asked, new)
        assert [each["subject"] for each in one["contacts"]] == ["s40", "s30"]


async def test_who_is_foreign_or_deleted_is_absent_and_subjects_are_personal(
    client: httpx.AsyncClient, interaction: Running, peer: Peer
) -> None:
    mine, gone = [await record(client, {"system": "erp", "id": name()}, 1) for _ in range(2)]
    pool = interaction.database.pool
    await pool.execute("update interaction.identities set owner = 'u-1' where original_id = $1", mine)
    await pool.execute("update interaction.identities set deleted = true where original_id = $1", gone)
    assert [each["customer_id"] for each in await ask(client, mine, gone)] == [mine]
    for who, seen in (("u-1", [mine]), ("u-2", [])):
        async with interaction.client(replace(ANYBODY, id=who, visibility=Visibility.OWN)) as caller:
            assert [each["customer_id"] for each in await ask(caller, mine, gone)] == seen
    async with interaction.client(replace(ANYBODY, personal=False)) as clerk:
        (one,) = await ask(clerk, mine)
        assert (one["contacts"][0]["subject"], one["contacts"][0]["masked"]) == (None, ["subject"])


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({}, "customers"),
        ({"customers": "x"}, "customers"),
        ({"customers": [str(uuid4())] * 51}, "customers"),
        ({"customers": str(uuid4()), "each": 11}, "each"),
    ],
)
async def test_what_is_asked_is_checked(
    client: httpx.AsyncClient, given: dict[str, Any], parameter: str
) -> None:
    answer = await client.get(PATH, params=given)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)
