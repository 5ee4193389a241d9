"""The benchmark, tiny: every row is measured, and what it loads is what the product would have written."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.__main__ import bench, options
from bench.dataset import STRANGER, customer_id
from bench.goals import GOALS
from bench.report import report
from bench.rounds import Cell, Figures, Results, run
from bench.sending import call_event, contact, order
from bench.system import System, running

SIZES = ("--customers", "300", "--interactions", "9000", "--order-lines", "600")


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def measured(system: System) -> tuple[Results, dict[str, object]]:
    return bench(system, options([*SIZES, "--rounds", "1", "--warm", "0", "--seconds", "0.02"]))


@pytest.fixture
def client(system: System, measured: object) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {system.secrets.development_key}"}
    with httpx.Client(base_url=system.local.address, headers=headers, timeout=30) as client:
        yield client


def test_every_goal_has_a_figure(measured: tuple[Results, dict[str, object]], tmp_path: Path) -> None:
    report(*measured, tmp_path / "results.json")
    told = json.loads((tmp_path / "results.json").read_text())
    assert len(told["goals"]) == len(GOALS)
    assert all(goal["measured"] == goal["measured"] for goal in told["goals"]), "not a number"
    figures = [each for ways in told["rounds"].values() for way in ways.values() for each in way]
    assert all(each["rate"] > 0 for each in figures)
    assert told["failed"] == {}


def test_a_cell_that_fails_takes_no_other_with_it() -> None:
    results, refused = Results(), Cell("a row", "that is refused", broken)
    fine = Cell("a row", "that is served", lambda: Figures(1.0))
    run([fine, refused, fine], 1, results)
    assert results.failed == {("a row", "that is refused"): "RuntimeError: answered 503"}
    assert list(results.rounds) == [("a row", "that is served")]


def broken() -> Figures:
    raise RuntimeError("answered 503")


@pytest.mark.parametrize("number", [0, 17, 299])
def test_a_loaded_customer_is_as_the_product_would_have_written_it(client: httpx.Client, number: int) -> None:
    held = client.get(f"/v1/customers/{customer_id(number)}").json()
    same: dict[str, Any] = {name: held[name] for name in ("contact_points", "identities", "owner", "tags")}
    answer = client.post("/v1/customers/batch", json={"items": [{"id": held["id"], **same}]})
    assert answer.json()["results"][0]["outcome"] == "unchanged"
    found = client.get("/v1/customers", params={"phone": held["contact_points"][0]["value"]}).json()
    assert [each["id"] for each in found["items"]] == [held["id"]]
    for asked in (held["name"], f"C{number:07d}"):
        named = client.get("/v1/customers", params={"q": asked, "limit": 300}).json()
        assert held["id"] in {each["id"] for each in named["items"]}
    overview = client.get(f"/v1/customers/erp:C{number:07d}/overview").json()
    assert overview["missing"] == []
    assert overview["timeline"]["items"]


SENT = {"interactions": contact, "orders": order, "calls/events": call_event}


@pytest.mark.parametrize("path", SENT)
def test_what_is_sent_in_batches_is_taken(client: httpx.Client, path: str) -> None:
    items = [SENT[path](9_000_000 + number, number) for number in range(30)]
    results = client.post(f"/v1/{path}/batch", json={"items": items}).json()["results"]
    assert {each["outcome"] for each in results} == {"created"}


def test_a_reader_of_the_feed_hears_of_all_that_was_loaded(client: httpx.Client) -> None:
    heard, after = set[str](), ""
    while True:
        page = client.get(
            "/v1/changes", params={"types": "customer", "limit": 2000, "after": after or None}
        ).json()
        heard |= {item["subject"] for item in page["items"] if item["data"]}
        after = page["next"]
        if page["up_to_date"]:
            break
    assert {str(customer_id(number)) for number in range(300)} <= heard


def test_a_loaded_call_is_what_its_events_add_up_to(client: httpx.Client) -> None:
    call = client.get("/v1/calls", params={"until": "2026-05-01T00:00:00Z", "limit": 1}).json()["items"][0]
    name = {"call": call["source"], "occurred_at": call["ended_at"]}
    ended = {"items": [{**name, "type": "ended", "event_id": "3"}]}
    assert client.post("/v1/calls/events/batch", json=ended).json()["results"][0]["outcome"] == "unchanged"
    client.post("/v1/calls/events", json={**name, "type": "noted", "disposition": "sold"}).raise_for_status()
    newest = client.get(f"/v1/calls/{call['id']}/history").json()["items"][0]
    assert newest["changes"].keys() == {"disposition"}


def test_loaded_customers_are_due_when_the_product_says_so(client: httpx.Client, system: System) -> None:
    tailing = "select count(*) = 3 from interaction.feed_cursors where tailing"
    caught_up = """select tailing and cursor = (select epoch || ':' || position from interaction.feed_head)
        from interaction.feed_cursors where source = 'interaction'"""
    await_row(system, caught_up)  # with what was written to measure it
    before = client.get("/v1/balance/due", params={"limit": 1000}).json()["items"]
    client.post("/v1/contact-targets", json={"customer_class": "none", "days": 1}).raise_for_status()
    await_row(system, tailing)
    same = ("customer_id", "owner", "customer_class", "last_at", "target_days", "due_at")
    after = client.get("/v1/balance/due", params={"limit": 1000}).json()["items"]
    assert [[each[name] for name in same] for each in after] == [
        [each[name] for name in same] for each in before
    ]
    assert len(after) > 200


def await_row(system: System, sql: str) -> None:
    until = time.monotonic() + 30
    while not system.ask(sql)[0]:
        assert time.monotonic() < until, sql
        time.sleep(0.1)


def test_strangers_wait_in_the_loaded_inbox(client: httpx.Client) -> None:
    first = str(customer_id(STRANGER))[:-10]
    waiting = [each for each in client.get("/v1/inbox").json()["items"] if each["id"].startswith(first)]
    assert waiting
    assert all(each["names"][0]["system"] == "phone" and each["contacts"] for each in waiting)


def test_people_work_for_loaded_organizations(client: httpx.Client) -> None:
    path = f"/v1/customers/{customer_id(50)}/timeline"
    with_people = client.get(path, params={"include": "people", "limit": 1000}).json()["items"]
    whose = {each["data"]["current_customer_id"] for each in with_people}
    assert whose == {str(customer_id(number)) for number in range(50, 55)}
