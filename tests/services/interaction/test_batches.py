"""Batches: each row judged on its own, in order, once."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.interaction.records.schemas import BatchResults
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.support.running import Running

PATH = "/v1/interactions/batch"


def row(source: str | None = None, customer: str = "C-batch", **more: Any) -> dict[str, Any]:
    made = contact({"system": "erp", "id": customer}, **more)
    return made if source is None else {**made, "source": {"system": "erp", "id": source}}


async def send(client: httpx.AsyncClient, *items: Any, **more: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json={"items": list(items), **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    assert BatchResults.model_validate(body).model_dump(mode="json") == body
    return body


def outcomes(body: dict[str, Any]) -> list[str]:
    return [each["outcome"] for each in body["results"]]


async def test_rows_are_created_changed_and_left_alone(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    one, two = name("S"), name("S")
    first = await send(client, row(one, subject="a"), row(two), row())
    assert outcomes(first) == ["created"] * 3
    assert [each["index"] for each in first["results"]] == [0, 1, 2]
    second = await send(client, row(one, subject="b"), row(two), row())
    assert outcomes(second) == ["updated", "unchanged", "created"]
    assert second["counts"] == {"created": 1, "updated": 1, "unchanged": 1, "rejected": 0}
    assert [each["version"] for each in second["results"]] == [2, 1, 1]
    assert second["results"][0]["id"] == first["results"][0]["id"]
    history = await interaction.database.pool.fetch(
        "select version, diff from interaction.history where subject = $1 order by version",
        UUID(first["results"][0]["id"]),
    )
    assert [tuple(each) for each in history] == [(1, {}), (2, {"subject": {"from": "a", "to": "b"}})]


async def test_a_bad_row_disturbs_no_other(client: httpx.AsyncClient) -> None:
    body = await send(
        client, row(), 7, row(channel="smoke"), {**row(), "customer": str(uuid4())}, row() | {"x": 1}, row()
    )
    assert outcomes(body) == ["created", "rejected", "rejected", "rejected", "rejected", "created"]
    problems = [each["problem"] for each in body["results"]]
    assert problems[2]["errors"][0]["pointer"] == "/channel"
    assert problems[3]["code"] == "unknown_customer"
    assert problems[4]["errors"][0]["pointer"] == "/x"


async def test_absent_fields_stay(client: httpx.AsyncClient) -> None:
    source = name("S")
    first = await send(client, row(source, subject="a", body="b", attributes={"x": 1}))
    changed = await send(client, {"source": {"system": "erp", "id": source}, "subject": "c"})
    assert outcomes(changed) == ["updated"]
    shown = (await client.get(f"/v1/interactions/{first['results'][0]['id']}")).json()
    assert (shown["subject"], shown["body"], shown["attributes"]) == ("c", "b", {"x": 1})
    assert shown["version"] == 2


async def test_a_new_row_must_be_whole(client: httpx.AsyncClient) -> None:
    source = name("S")
    part = {"source": {"system": "erp", "id": source}, "subject": "c"}
    body = await send(client, part, row(source, subject="whole"), part)
    assert outcomes(body) == ["rejected", "created", "updated"]
    assert {error["pointer"] for error in body["results"][0]["problem"]["errors"]} == {
        "/channel",
        "/customer",
        "/occurred_at",
    }


async def test_repeats_are_applied_in_order(client: httpx.AsyncClient, interaction: Running) -> None:
    source = name("S")
    body = await send(client, *(row(source, subject=each) for each in "abba"))
    assert outcomes(body) == ["created", "updated", "unchanged", "updated"]
    assert [each["version"] for each in body["results"]] == [1, 2, 2, 3]
    (record,) = {each["id"] for each in body["results"]}
    assert (await client.get(f"/v1/interactions/{record}")).json()["subject"] == "a"
    headers = await interaction.database.pool.fetch(
        "select type, versions from interaction.feed where $1 = any(subjects) order by seq", UUID(record)
    )
    assert [tuple(each) for each in headers] == [
        ("interaction.recorded", [1]),
        ("interaction.updated", [2]),
        ("interaction.updated", [3]),
    ]


@pytest.mark.parametrize(
    ("mode", "new", "same", "other"),
    [
        ("upsert", "created", "unchanged", "updated"),
        ("create", "created", "unchanged", "rejected"),
        ("update", "rejected", "unchanged", "updated"),
    ],
)
async def test_the_mode_says_what_may_happen(
    client: httpx.AsyncClient, mode: str, new: str, same: str, other: str
) -> None:
    old, fresh = name("S"), name("S")
    await send(client, row(old, subject="a"))
    body = await send(client, row(fresh), row(old, subject="a"), row(old, subject="b"), mode=mode)
    assert outcomes(body) == [new, same, other]


async def test_a_row_may_name_its_record_and_version(client: httpx.AsyncClient) -> None:
    source = name("S")
    (first,) = (await send(client, row(source, subject="a")))["results"]
    by_id = {"id": first["id"], "subject": "b"}
    body = await send(
        client, {**by_id, "if_version": 2}, {**by_id, "if_version": 1}, {**by_id, "if_version": 1}
    )
    assert outcomes(body) == ["rejected", "updated", "rejected"]
    assert body["results"][2]["problem"]["current_version"] == 2
    absent = await send(client, {"id": str(uuid4()), "subject": "b"}, row(name("S"), if_version=1))
    assert outcomes(absent) == ["rejected"] * 2
    assert absent["results"][0]["problem"]["status"] == 404
    both = await send(client, {**by_id, "source": {"system": "erp", "id": name("S")}})
    assert both["results"][0]["problem"]["code"] == "source_key_taken"


async def test_a_record_stays_with_its_customer(client: httpx.AsyncClient) -> None:
    source = name("S")
    body = await send(client, row(source, customer=name()), row(source, customer=name()))
    assert body["results"][1]["problem"]["code"] == "other_customer"


async def test_a_dry_run_writes_nothing(client: httpx.AsyncClient, interaction: Running) -> None:
    old, stranger = name("S"), name()
    await send(client, row(old, subject="a"))
    fresh = name("S")
    rows = [row(old, subject="b"), row(fresh, customer=stranger), row(fresh, customer=stranger), row(), {}]
    counts = (
        "select (select count(*) from interaction.feed), (select count(*) from interaction.source_keys), \
              (select count(*) from interaction.identities), (select count(*) from interaction.interactions)"
    )
    before = await interaction.database.pool.fetchrow(counts)
    body = await send(client, *rows, dry_run=True)
    assert outcomes(body) == ["updated", "created", "unchanged", "created", "rejected"]
    assert await interaction.database.pool.fetchrow(counts) == before
    assert outcomes(await send(client, *rows)) == outcomes(body)


async def test_one_question_is_asked_for_a_whole_batch(client: httpx.AsyncClient, peer: Peer) -> None:
    names = [name() for _ in range(50)]
    for each in names[:25]:
        peer.put(each)
    before = peer.asked
    body = await send(client, *(row(name("S"), customer=each) for each in names))
    assert peer.asked == before + 1
    assert [each["matched"] for each in body["results"]] == [True] * 25 + [False] * 25
    assert outcomes(body) == ["created"] * 50


async def test_batches_with_the_same_keys_never_double_or_hang(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    sources, customers = [name("S") for _ in range(60)], [name() for _ in range(10)]

    async def one(turn: int) -> dict[str, Any]:
        order = sources[turn:] + sources[:turn]
        if turn % 2:
            order.reverse()
        rows = [row(each, customer=customers[hash(each) % 10], subject=f"from {turn}") for each in order]
        return await send(client, *rows)

    bodies = await asyncio.gather(*(one(turn) for turn in range(12)))
    assert all(set(outcomes(body)) <= {"created", "updated", "unchanged"} for body in bodies)
    assert sum(body["counts"]["created"] for body in bodies) == 60
    pool = interaction.database.pool
    stored = await pool.fetch(
        "select id, version from interaction.interactions where source_id = any($1)", sources
    )
    assert len(stored) == 60
    versions = sum(body["counts"]["updated"] for body in bodies) + 60
    assert sum(each["version"] for each in stored) == versions
    ids = [each["id"] for each in stored]
    told = await pool.fetchval("select count(*) from interaction.history where subject = any($1)", ids)
    entries = await pool.fetchval(
        "select count(*) from interaction.feed, unnest(subjects) as s(id) where s.id = any($1)", ids
    )
    assert told == entries == versions


@pytest.mark.parametrize("items", [[], [{}] * 1001, "x", None])
async def test_a_batch_has_one_to_a_thousand_rows(client: httpx.AsyncClient, items: Any) -> None:
    assert (await client.post(PATH, json={"items": items})).status_code == 422


async def test_a_batch_may_carry_an_idempotency_key(client: httpx.AsyncClient) -> None:
    body, headers = {"items": [row(), row(name("S"))]}, {"idempotency-key": name()}
    first = await client.post(PATH, json=body, headers=headers)
    again = await client.post(PATH, json=body, headers=headers)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
