"""Streams of records: line by line in as a batch writes them, and all of a list out."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.interaction.records import streaming
from services.interaction.records.actions import write
from services.interaction.records.schemas import RecordStreamResult
from shared.auth import Visibility
from streams import giving, taking
from streams.schemas import StreamCounts, StreamEnd
from tests.services.interaction.conftest import contact, name
from tests.support.running import ANYBODY, Running

PATH = "/v1/interactions/stream"
NDJSON = {"content-type": "application/x-ndjson"}
ERP = "erp"


def row(source: str | None, customer: str = "C-stream", **more: Any) -> dict[str, Any]:
    made = contact({"system": ERP, "id": customer}, **more)
    return made if source is None else {**made, "source": {"system": ERP, "id": source}}


def lines(rows: Iterable[Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in rows)


async def send(client: httpx.AsyncClient, body: bytes, path: str = PATH, **params: Any) -> list[Any]:
    answer = await client.post(path, content=body, headers=NDJSON, params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, NDJSON["content-type"]), answer.text
    *results, end = map(json.loads, answer.text.splitlines())
    assert StreamCounts.model_validate(end).model_dump(mode="json") == end
    for each in results:
        assert RecordStreamResult.model_validate(each).model_dump(mode="json") == each
    return [*results, end]


async def got(client: httpx.AsyncClient, path: str = PATH, **params: Any) -> list[Any]:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    *records, end = map(json.loads, answer.text.splitlines())
    assert StreamEnd.model_validate(end).count == len(records)
    return records


async def test_what_goes_in_comes_out_in_order(client: httpx.AsyncClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(taking, "ROWS", 7)
    monkeypatch.setattr(giving, "FIRST", 10)
    customer, names = name(), [name("S") for _ in range(25)]
    body = lines(row(each, customer, subject=f"n{index}") for index, each in enumerate(names))
    *results, end = await send(client, body)
    assert [each["line"] for each in results] == list(range(1, 26))
    assert {each["status"] for each in results} == {"created"}
    assert end == {
        "lines": 25, "created": 25, "updated": 0, "unchanged": 0, "rejected": 0, "complete": True,
    }  # fmt: skip
    *again, end = await send(client, body)
    assert [(each["status"], each["id"]) for each in again] == [("unchanged", each["id"]) for each in results]
    assert end["unchanged"] == 25
    given = await got(client, customer=f"{ERP}:{customer}")
    assert sorted(each["source"]["id"] for each in given) == sorted(names)
    assert [each["id"] for each in given] == sorted(each["id"] for each in given)
    listed = (await client.get("/v1/interactions", params={"customer": f"{ERP}:{customer}"})).json()["items"]
    assert listed == given[::-1]
    rest = await got(client, customer=f"{ERP}:{customer}", after=given[9]["id"])
    assert rest == given[10:]
    assert await got(client, customer=f"{ERP}:{customer}", channel="email") == []


async def test_a_broken_line_disturbs_no_other(client: httpx.AsyncClient) -> None:
    customer = name()
    good = [json.dumps(row(name("S"), customer)).encode() for _ in range(4)]
    wrong = {
        2: (b'{"source": ', "", "malformed_json"),
        3: (b'{"subject": "\xff\xfe"}', "", "malformed_json"),
        4: (json.dumps(row(None, customer)).encode(), "/source", "missing"),
        6: (b"7", "", "model_type"),
        8: (
            json.dumps(row(name("S"), customer) | {"chanel": "phone"}).encode(),
            "/chanel",
            "extra_forbidden",
        ),
        9: (b'{"subject": "' + b"x" * (1 << 20) + b'"}', "", "line_too_long"),
        10: (b'{"subject": "a\\u0000b"}', "/subject", "nul"),
    }
    parts = [good[0], *(wrong[n][0] for n in (2, 3, 4)), b"  \r", wrong[6][0], good[1] + b"\r"]
    parts += [wrong[n][0] for n in (8, 9, 10)] + [b"", b"\t", good[2], good[3]]
    *results, end = await send(client, b"\xef\xbb\xbf" + b"\n".join(parts))
    told = {each["line"]: each for each in results}
    assert {n for n, each in told.items() if each["status"] == "created"} == {1, 7, 13, 14}
    for n, (_, pointer, code) in wrong.items():
        assert told[n]["status"] == "rejected"
        assert (told[n]["errors"][0]["pointer"], told[n]["errors"][0]["code"]) == (pointer, code), n
    assert (end["lines"], end["created"], end["rejected"]) == (11, 4, 7)


async def test_a_stream_says_what_a_batch_says(client: httpx.AsyncClient) -> None:
    """Rows that repeat, change, contradict: the same outcomes, whether in one batch or cut anywhere."""
    customer, one, two = name(), name("S"), name("S")
    rows = [
        row(one, customer, subject="a"),
        row(two, customer),
        row(one, customer, subject="b"),
        {"source": {"system": ERP, "id": two}, "subject": "c"},
        row(one, name()),
        {"source": {"system": ERP, "id": name("S")}, "subject": "in part"},
    ]
    *results, _ = await send(client, lines(rows))
    assert [each["status"] for each in results] == [
        "created",
        "created",
        "updated",
        "updated",
        "rejected",
        "rejected",
    ]
    assert [each["version"] for each in results[:4]] == [1, 1, 2, 2]
    assert results[4]["errors"] == [
        {
            "pointer": "",
            "code": "other_customer",
            "detail": "A record is not moved; cancel it and record it anew.",
        }
    ]
    assert {each["pointer"] for each in results[5]["errors"]} == {"/channel", "/customer", "/occurred_at"}
    *results, end = await send(client, lines([row(one, customer, subject="z")]), mode="create")
    assert results[0]["errors"][0]["code"] == "source_key_taken"
    new = name("S")
    *_, end = await send(client, lines([row(new, customer)]), dry_run="true")
    assert end["created"] == 1
    assert (await client.get(f"/v1/interactions/{ERP}:{new}")).status_code == 404


@pytest.mark.parametrize("path", ["products", "orders", "exchange-rates", "campaigns"])
async def test_every_kind_of_record_is_streamed(client: httpx.AsyncClient, path: str) -> None:
    key = name("K")
    body = {
        "products": {"source": {"system": ERP, "id": key}, "name": "Tea"},
        "orders": {
            "customer": {"system": ERP, "id": key}, "source": {"system": ERP, "id": key}, "currency": "CNY",
            "placed_at": "2026-03-01T09:45:00Z", "status": "confirmed",
            "lines": [{"quantity": "2", "amount": "29.33"}],
        },
        "exchange-rates": {"base": "EUR", "quote": "CNY", "day": "2026-01-30", "rate": "7.8"},
        "campaigns": {"code": key, "name": "Spring", "first_day": "2026-03-01"},
    }[path]  # fmt: skip
    *results, end = await send(client, lines([body, body]), f"/v1/{path}/stream")
    assert (end["created"], end["unchanged"]) == (1, 1), results
    assert results[0]["id"] in [each["id"] for each in await got(client, f"/v1/{path}/stream")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/json"}, 415),
        ({"content-type": "application/x-ndjson; charset=gb18030"}, 415),
        ({**NDJSON, "content-encoding": "gzip"}, 415),
        ({**NDJSON, "content-type": "application/x-ndjson; charset=utf-8"}, 200),
    ],
)
async def test_only_lines_in_utf_8_are_read(client: httpx.AsyncClient, headers: Any, status: int) -> None:
    answer = await client.post(PATH, content=b"", headers=headers)
    assert answer.status_code == status
    assert status == 415 or answer.json()["complete"] is True


async def test_who_leaves_in_the_middle_sends_it_again(
    interaction: Running, client: httpx.AsyncClient, monkeypatch: Any
) -> None:
    monkeypatch.setattr(taking, "ROWS", 10)
    customer, names = name(), [name("S") for _ in range(100)]
    rows = [row(each, customer) for each in names]

    async def broken() -> AsyncIterator[bytes]:
        yield lines(rows[:45])
        yield json.dumps(rows[45]).encode()[:50]
        async with asyncio.timeout(5):
            while len(await got(client, customer=f"{ERP}:{customer}")) < 40:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await interaction.client().post(PATH, content=broken(), headers=NDJSON)
    await asyncio.sleep(0.1)
    assert len(await got(client, customer=f"{ERP}:{customer}")) == 40  # whole batches, and nothing of others
    *_, end = await send(client, lines(rows))
    assert (end["unchanged"], end["created"]) == (40, 60)
    assert sorted(each["source"]["id"] for each in await got(client, customer=f"{ERP}:{customer}")) == sorted(
        names
    )


async def test_a_batch_that_fails_ends_the_stream_and_takes_nothing_back(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "ROWS", 10)
    customer, written = name(), 0
    body = lines(row(name("S"), customer) for _ in range(50))

    async def failing(*given: Any) -> Any:
        nonlocal written
        written += 1
        if written > 2:
            raise ConnectionRefusedError
        return await write(*given)

    with monkeypatch.context() as patch:
        patch.setattr(streaming, "write", failing)
        answer = await client.post(PATH, content=body, headers=NDJSON)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert len(await got(client, customer=f"{ERP}:{customer}")) == 20
    *_, end = await send(client, body)
    assert (end["unchanged"], end["created"]) == (20, 30)


async def test_two_streams_of_the_same_rows_write_each_once(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "ROWS", 20)
    customer = name()
    rows = [row(name("S"), customer) for _ in range(200)]
    both = await asyncio.gather(send(client, lines(rows)), send(client, lines(rows[100:] + rows[:100])))
    assert sum(end["created"] for *_, end in both) == 200
    assert sum(end["unchanged"] for *_, end in both) == 200
    assert len(await got(client, customer=f"{ERP}:{customer}")) == 200


async def test_a_stream_is_longer_than_a_body_may_be(interaction: Running, client: httpx.AsyncClient) -> None:
    padding = b" " * 65_535 + b"\n"
    parts = interaction.settings.max_body // len(padding) + 2

    async def long() -> AsyncIterator[bytes]:
        for _ in range(parts):
            yield padding
        yield lines([row(name("S"))])

    answer = await client.post(PATH, content=long(), headers=NDJSON)
    assert json.loads(answer.text.splitlines()[0])["line"] == parts + 1
    refused = await client.post(
        "/v1/interactions/batch", content=long(), headers={"content-type": "application/json"}
    )
    assert refused.status_code == 413


async def test_a_slow_reader_holds_no_connection(
    interaction: Running, client: httpx.AsyncClient, monkeypatch: Any
) -> None:
    """More readers than the pool has connections stop in the middle; others are answered, then they go on."""
    monkeypatch.setattr(giving, "FIRST", 10)
    monkeypatch.setattr(giving, "AIM", 100_000)
    customer = name()
    rows = [row(name("S"), customer, body="x" * 20_000) for _ in range(200)]
    await send(client, lines(rows))
    pool = interaction.database.pool
    params = {"customer": f"{ERP}:{customer}"}

    async def slowly(stopped: asyncio.Event, go: asyncio.Event) -> int:
        async with interaction.client() as reader, reader.stream("GET", PATH, params=params) as answer:
            parts = answer.aiter_bytes(1000)
            await anext(parts)
            stopped.set()
            await go.wait()
            return b"".join([part async for part in parts]).count(b"\n")

    go, stops = asyncio.Event(), [asyncio.Event() for _ in range(pool.get_max_size() + 1)]
    readers = [asyncio.create_task(slowly(stop, go)) for stop in stops]
    await asyncio.gather(*(stop.wait() for stop in stops))
    await asyncio.sleep(0.2)  # what the sockets take has been taken
    assert pool.get_idle_size() == pool.get_size()
    assert (await client.get("/v1/interactions?limit=1")).status_code == 200
    go.set()
    assert await asyncio.gather(*readers) == [201] * len(readers)


async def test_streams_show_what_lists_show(interaction: Running, client: httpx.AsyncClient) -> None:
    customer = name()
    await send(client, lines([row(name("S"), customer, subject="private")]))
    masked = interaction.client(replace(ANYBODY, personal=False))
    (shown,) = await got(masked, customer=f"{ERP}:{customer}")
    assert shown["subject"] is None
    assert "subject" in shown["masked"]
    stranger = interaction.client(replace(ANYBODY, id="u-other", visibility=Visibility.OWN))
    assert await got(stranger, customer=f"{ERP}:{customer}") == []
    nobody = interaction.client(replace(ANYBODY, scopes=frozenset(["orders:read"])))
    assert (await nobody.get(PATH)).status_code == 403
    assert (await nobody.post(PATH, content=b"", headers=NDJSON)).status_code == 403
    assert (await client.head(PATH)).status_code == 200
