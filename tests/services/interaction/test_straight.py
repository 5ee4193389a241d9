"""Recording in one statement, which keeps the answer of an Idempotency-Key too: all of it or nothing."""

import asyncio
from uuid import UUID

import httpx
import pytest

from tests.services.interaction.conftest import contact, name
from tests.services.interaction.test_recording import PATH, erp, told
from tests.support.running import Running

pytestmark = pytest.mark.usefixtures("straightly")


@pytest.fixture
def straightly(interaction: Running, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was begun on the database: "single" for a statement of its own, "begin" for a transaction."""
    begun: list[str] = []
    for way in ("single", "begin"):
        opened = getattr(type(interaction.database), way)

        def noted(*given: object, way: str = way, opened: object = opened, **more: object) -> object:
            begun.append(way)
            return opened(*given, **more)  # type: ignore[operator]  # a method

        monkeypatch.setattr(type(interaction.database), way, noted)
    return begun


@pytest.fixture
async def customer(client: httpx.AsyncClient) -> str:
    """Somebody whom the service knows already."""
    known = name()
    await client.post(PATH, json=contact(erp(known)))
    return known


@pytest.mark.parametrize("keyed", [True, False])
async def test_it_takes_one_statement(
    client: httpx.AsyncClient, customer: str, straightly: list[str], *, keyed: bool
) -> None:
    straightly.clear()
    headers = {"idempotency-key": name()} if keyed else {}
    source = {"system": "pbx", "id": name()}
    made = await client.post(PATH, json=contact(erp(customer), source=source), headers=headers)
    assert made.status_code == 201
    assert straightly == ["single"]
    assert made.json() == (await client.get(made.headers["location"])).json()


async def test_a_repeated_key_is_answered_as_before(
    client: httpx.AsyncClient, interaction: Running, customer: str
) -> None:
    headers, sent = {"idempotency-key": name()}, contact(erp(customer), subject="訂單")
    first, *others = [await client.post(PATH, json=sent, headers=headers) for _ in range(3)]
    for again in others:
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["location"] == first.headers["location"]
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["idempotency-replayed"] == "true"
    assert await told(interaction, first.json()["id"]) == [[("interaction.recorded", 1)], [(1, {})]]
    kept = await interaction.database.pool.fetchval(
        "select subjects from interaction.idempotency where key = $1", headers["idempotency-key"]
    )
    assert kept == [UUID(first.json()["id"])]


async def test_a_key_that_was_used_otherwise_leaves_no_trace(
    client: httpx.AsyncClient, interaction: Running, customer: str
) -> None:
    headers, subject = {"idempotency-key": name()}, name()
    await client.post(PATH, json=contact(erp(customer)), headers=headers)
    source = {"system": "pbx", "id": name()}
    other = contact(erp(customer), subject=subject, source=source)
    refused = await client.post(PATH, json=other, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    pool = interaction.database.pool
    assert not await pool.fetchval(
        "select count(*) from interaction.interactions where subject = $1", subject
    )
    taken = "select count(*) from interaction.source_keys where source_id = $1"
    assert not await pool.fetchval(taken, source["id"])


async def test_many_at_once_with_one_key_make_one_record(
    client: httpx.AsyncClient, interaction: Running, customer: str
) -> None:
    headers, sent = {"idempotency-key": name()}, contact(erp(customer), subject=name())
    answers = await asyncio.gather(*(client.post(PATH, json=sent, headers=headers) for _ in range(20)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.content for each in answers}) == 1
    count = "select count(*) from interaction.interactions where subject = $1"
    assert await interaction.database.pool.fetchval(count, sent["subject"]) == 1


async def test_a_taken_source_key_is_judged_in_a_transaction(
    client: httpx.AsyncClient, customer: str, straightly: list[str]
) -> None:
    sent = contact(erp(customer), source={"system": "pbx", "id": name()})
    first = await client.post(PATH, json=sent, headers={"idempotency-key": name()})
    straightly.clear()
    again = await client.post(PATH, json=sent, headers={"idempotency-key": name()})
    assert (first.status_code, again.status_code) == (201, 200)
    assert straightly == ["single", "begin"]
    refused = await client.post(PATH, json=sent | {"subject": "x"}, headers={"idempotency-key": name()})
    assert refused.status_code == 409
