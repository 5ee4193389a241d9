"""Checks on write: told or refused by setting or request, in batches too, and never of what is foreign."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from services.customer.customers import checking
from shared.auth import Visibility
from tests.services.customer.duplicates.support import created, pairs, person, phone
from tests.support.running import ANYBODY, Running


async def set_mode(client: httpx.AsyncClient, mode: str) -> None:
    now = await client.get("/v1/duplicate-settings")
    condition = {"If-Match": now.headers["etag"]}
    answer = await client.put("/v1/duplicate-settings", json={"on_write": mode}, headers=condition)
    assert answer.status_code == 200, answer.text


@pytest.fixture
async def refusing(client: httpx.AsyncClient) -> AsyncIterator[None]:
    await set_mode(client, "refuse")
    yield
    await set_mode(client, "off")


async def test_off_is_as_if_there_were_no_check(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(*_: object) -> None:
        raise AssertionError("nothing is to be looked for")

    monkeypatch.setattr("services.customer.duplicates.checking.Look.look", look)
    number = phone()
    for _ in range(2):
        answer = await client.post("/v1/customers", json=person("Nick Charles", number))
        assert answer.status_code == 201
        assert "duplicates" not in answer.json()


async def test_a_warning_names_who_is_there_and_queues_the_pair(client: httpx.AsyncClient) -> None:
    number = phone()
    first = await created(client, person("Robert Vance", number))
    answer = await client.post(
        "/v1/customers", json=person("Bob Vance", number), params={"on_duplicate": "warn"}
    )
    assert answer.status_code == 201, answer.text
    (like,) = answer.json()["duplicates"]
    assert like["customer_id"] == first
    assert like["probability"] > 0.6
    assert {each["field"]: each["level"] for each in like["reasons"]}["name"] == "variant"
    (pair,) = await pairs(client, customer=first)
    assert (pair["id"], pair["found_by"], pair["reasons"]) == (like["duplicate_id"], "write", like["reasons"])
    assert set(pair["customers"]) == {first, answer.json()["id"]}
    found = (await client.get(f"/v1/customers/{first}/duplicates")).json()["items"]
    assert [(each["customer_id"], each["duplicate_id"]) for each in found] == [
        (answer.json()["id"], pair["id"])
    ]
    await client.post(f"/v1/duplicates/{pair['id']}/dismiss")
    assert (await client.get(f"/v1/customers/{first}/duplicates")).json()["items"] == []


@pytest.mark.usefixtures("refusing")
async def test_a_refusal_names_who_is_there_and_can_be_overridden(client: httpx.AsyncClient) -> None:
    number = phone()
    first = await created(client, person("Nora Charles", number))
    refused = await client.post("/v1/customers", json=person("NORA CHARLES", number))
    assert (refused.status_code, refused.json()["code"]) == (409, "likely_duplicate")
    (like,) = refused.json()["duplicates"]
    assert (like["customer_id"], like["duplicate_id"]) == (first, None)
    assert number not in refused.text
    assert not await pairs(client, customer=first), "a refusal leaves nothing behind"
    written = await client.post(
        "/v1/customers", json=person("NORA CHARLES", number), params={"on_duplicate": "off"}
    )
    assert written.status_code == 201


@pytest.mark.usefixtures("refusing")
async def test_a_refused_key_may_be_used_again(client: httpx.AsyncClient) -> None:
    number = phone()
    await created(client, person("Asta Charles", number))
    body, key = person("Asta Charles", number), {"Idempotency-Key": number}
    assert (await client.post("/v1/customers", json=body, headers=key)).status_code == 409
    answer = await client.post("/v1/customers", json=body, headers=key, params={"on_duplicate": "warn"})
    assert answer.status_code == 201
    again = await client.post("/v1/customers", json=body, headers=key, params={"on_duplicate": "warn"})
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == answer.json()


async def test_rows_of_a_batch_are_checked_with_one_another(client: httpx.AsyncClient) -> None:
    number, other = phone(), phone()
    first = await created(client, person("Effie Perine", number))
    rows = [person("Effie Perine", number), person("Miles Archer", other), person("Archer Miles", other)]
    for dry in (True, False):
        body = {"items": rows, "dry_run": dry}
        answer = await client.post("/v1/customers/batch", json=body, params={"on_duplicate": "refuse"})
        results = answer.json()["results"]
        assert [each["outcome"] for each in results] == ["rejected", "created", "rejected"]
        problems = [results[at]["problem"] for at in (0, 2)]
        assert {each["code"] for each in problems} == {"likely_duplicate"}
        assert problems[0]["duplicates"][0]["customer_id"] == first
        earlier = None if dry else results[1]["id"]
        assert problems[1]["duplicates"][0]["customer_id"] == earlier
    assert not await pairs(client, customer=results[1]["id"])


async def test_a_warned_batch_is_written_and_queued(client: httpx.AsyncClient) -> None:
    number = phone()
    rows = [person("Joel Cairo", number), person("Cairo, Joel", number), {"name": "Floyd Thursby"}]
    answer = await client.post("/v1/customers/batch", json={"items": rows}, params={"on_duplicate": "warn"})
    results = answer.json()["results"]
    assert [each["outcome"] for each in results] == ["created"] * 3
    assert [bool(each["duplicates"]) for each in results] == [False, True, False]
    (like,) = results[1]["duplicates"]
    assert like["customer_id"] == results[0]["id"]
    (pair,) = await pairs(client, customer=results[0]["id"])
    assert pair["id"] == like["duplicate_id"]


async def test_what_is_foreign_neither_warns_nor_refuses(
    client: httpx.AsyncClient, customer: Running
) -> None:
    number = phone()
    hidden = await created(client, person("Kasper Gutman", number, owner="u-1"))
    async with customer.client(replace(ANYBODY, id="u-2", visibility=Visibility.OWN)) as seller:
        for mode in ("warn", "refuse"):
            answer = await seller.post(
                "/v1/customers",
                json=person("Kasper Gutman", number, owner="u-2"),
                params={"on_duplicate": mode},
            )
            if mode == "warn":
                assert answer.status_code == 201
                assert "duplicates" not in answer.json()
            else:  # their own first one is no stranger
                assert [each["customer_id"] for each in answer.json()["duplicates"]] != [hidden]
                assert hidden not in answer.text
    assert len(await pairs(client, customer=hidden)) == 1, "who sees both sees the pair"


def test_who_is_told_of_nothing_gets_the_record_as_it_came() -> None:
    body = object()
    assert checking.told(body, ()) is body


async def test_names_and_birthdays_are_looked_up_too(client: httpx.AsyncClient) -> None:
    born = {"attributes": {"birthday": "1971-04-05"}, "addresses": [{"lines": ["长安路8号"], "city": "西安"}]}
    first = await created(client, {"name": "诸葛雪梅", **born})
    answer = await client.post(
        "/v1/customers", json={"name": "Zhuge Xuemei", **born}, params={"on_duplicate": "warn"}
    )
    assert [each["customer_id"] for each in answer.json()["duplicates"]] == [first]
    reasons = {each["field"]: each["level"] for each in answer.json()["duplicates"][0]["reasons"]}
    assert (reasons["name"], reasons["birthday"], reasons["address"]) == ("other_script", "same", "lines")
