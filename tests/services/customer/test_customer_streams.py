"""Streams of customers: rows in as those of a batch, and out what the list shows."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.customer.customers.schemas import CustomerStreamResult
from shared.auth import Visibility
from streams import giving, taking
from streams.schemas import StreamCounts, StreamEnd
from tests.support.running import ANYBODY, Running

PATH = "/v1/customers/stream"
NDJSON = {"content-type": "application/x-ndjson"}


def row(number: str, **more: Any) -> dict[str, Any]:
    return {"kind": "person", "name": f"n {number}", "identities": [{"system": "erp", "id": number}], **more}


async def send(client: httpx.AsyncClient, rows: Iterable[Any], **params: Any) -> list[Any]:
    body = b"".join(json.dumps(each).encode() + b"\n" for each in rows)
    answer = await client.post(PATH, content=body, headers=NDJSON, params=params)
    assert answer.status_code == 200, answer.text
    *results, end = map(json.loads, answer.text.splitlines())
    assert StreamCounts.model_validate(end).model_dump(mode="json") == end
    for each in results:
        assert CustomerStreamResult.model_validate(each).model_dump(mode="json") == each
    return [*results, end]


async def got(client: httpx.AsyncClient, **params: Any) -> list[Any]:
    answer = await client.get(PATH, params=params)
    assert answer.status_code == 200, answer.text
    *records, end = map(json.loads, answer.text.splitlines())
    assert StreamEnd.model_validate(end).count == len(records)
    return records


async def test_what_goes_in_comes_out(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "ROWS", 7)
    monkeypatch.setattr(giving, "FIRST", 10)
    region, names = uuid4().hex, [uuid4().hex for _ in range(25)]
    rows = [row(each, region=region) for each in names]
    *results, end = await send(client, rows)
    assert ([each["line"] for each in results], end["created"]) == (list(range(1, 26)), 25)
    *_, end = await send(client, [*rows[:-1], {**rows[-1], "owner": "u-9"}])
    assert (end["unchanged"], end["updated"], end["lines"]) == (24, 1, 25)
    given = await got(client, region=region)
    assert [each["id"] for each in given] == sorted(each["id"] for each in results)
    listed = (await client.get("/v1/customers", params={"region": region})).json()["items"]
    assert sorted(listed, key=lambda each: each["id"]) == given
    assert await got(client, region=region, after=given[9]["id"]) == given[10:]
    (owned,) = await got(client, region=region, owner="u-9")
    assert owned["identities"][0]["id"] == names[-1]


async def test_a_row_names_its_customer(client: httpx.AsyncClient) -> None:
    new, other = uuid4().hex, uuid4().hex
    nameless = {"kind": "person", "name": "nobody"}
    *results, end = await send(client, [row(new), nameless, {**row(other), "colour": 1}, 7, row(new)])
    assert [each["status"] for each in results] == [
        "created",
        "rejected",
        "rejected",
        "rejected",
        "unchanged",
    ]
    pointers = [[(each["pointer"], each["code"]) for each in result["errors"]] for result in results]
    assert pointers[1:4] == [
        [("/identities", "missing")],
        [("/colour", "extra_forbidden")],
        [("", "model_type")],
    ]
    assert end["rejected"] == 3
    *_, end = await send(client, [row(other)], dry_run="true")
    assert end["created"] == 1
    assert (await client.get(f"/v1/customers/erp:{other}")).status_code == 404


async def test_streams_show_what_lists_show(customer: Running, client: httpx.AsyncClient) -> None:
    region, number = uuid4().hex, uuid4().hex
    phone = [{"type": "phone", "value": "13800138000"}]
    await send(client, [row(number, region=region, owner="u-1", contact_points=phone)])
    masked = customer.client(replace(ANYBODY, personal=False))
    (shown,) = await got(masked, region=region)
    assert (shown["contact_points"], "contact_points" in shown["masked"]) == (None, True)
    refused = await masked.get(PATH, params={"phone": "13800138000"})
    assert (refused.status_code, refused.json()["code"]) == (403, "masked_field")
    assert (
        await got(customer.client(replace(ANYBODY, id="u-2", visibility=Visibility.OWN)), region=region) == []
    )
    (mine,) = await got(customer.client(replace(ANYBODY, id="u-1", visibility=Visibility.OWN)), region=region)
    assert mine["contact_points"][0]["value"] == "13800138000"
    assert (await client.get(PATH, params={"q": "n"})).status_code == 422
