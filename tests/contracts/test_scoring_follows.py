"""Scoring and the feeds that it follows: the real customer and interaction services, and all workers."""

import asyncio
import importlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import date
from typing import Any

import httpx
import pytest

from tests.support.running import Running

PARTS = ("customer", "interaction", "scoring")
Clients = dict[str, httpx.AsyncClient]


@pytest.fixture(scope="module")
async def clients(service: Callable[..., Awaitable[Running]]) -> AsyncIterator[Clients]:
    """Run three services and their workers; give a client of each."""
    running: dict[str, Running] = {}
    for name in PARTS:
        running[name] = await service(name, peers={peer: one.url for peer, one in running.items()})
    workers = [importlib.import_module(f"services.{name}.worker") for name in PARTS]
    tasks = [
        asyncio.create_task(worker.run(running[name].settings))
        for name, worker in zip(PARTS, workers, strict=True)
    ]
    yield {name: one.client() for name, one in running.items()}
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def score(clients: Clients, name: str, **expected: object) -> dict[str, Any]:
    """Return a score of a run (the first comes by itself) as soon as it has the expected members."""
    deadline = time.monotonic() + 30
    while True:
        answer = await clients["scoring"].get(f"/v1/scores/{name}")
        found: dict[str, Any] = answer.json()
        if (
            answer.status_code == 200
            and {key: found[key] for key in expected} == expected
            and found["run_id"]
        ):
            return found
        assert time.monotonic() < deadline, (expected, found)
        await asyncio.sleep(0.05)


async def posted(client: httpx.AsyncClient, path: str, body: object) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def told(client: httpx.AsyncClient, last: str) -> list[dict[str, Any]]:
    """Return the changes of scores as soon as one is of this type."""
    deadline = time.monotonic() + 20
    while True:
        changes = (await client.get("/v1/changes", params={"types": "score"})).json()["items"]
        if any(change["type"] == last for change in changes):
            return list(changes)
        assert time.monotonic() < deadline, changes
        await asyncio.sleep(0.05)


def ordered(name: str, source: str, day: str, amount: str, **more: object) -> dict[str, object]:
    return {
        "customer": {"system": "erp", "id": name},
        "source": {"system": "erp", "id": source},
        "placed_at": f"{day}T10:00:00Z",
        "currency": "CNY",
        "lines": [{"quantity": "1", "amount": amount, "cost": "1.00"}],
        **more,
    }


def yuan(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


async def test_an_order_becomes_a_score_and_a_return_takes_from_it(clients: Clients) -> None:
    customer = {"kind": "person", "name": "A", "identities": [{"system": "erp", "id": "A"}], "owner": "u-1"}
    await posted(clients["customer"], "/v1/customers", customer)
    one = await posted(clients["interaction"], "/v1/orders", ordered("A", "SO-1", "2026-01-05", "30.00"))
    await posted(
        clients["interaction"], "/v1/orders", ordered("A", "SO-2", "2026-02-05", "50.00", status="draft")
    )
    found = await score(clients, "erp:A", realized=yuan("30.00"))
    assert found["purchase_days"] == 1

    back = {
        "order": one["id"],
        "returned_at": "2026-01-09T00:00:00Z",
        "currency": "CNY",
        "lines": [{"quantity": "1", "amount": "10.00"}],
    }
    await posted(clients["interaction"], "/v1/returns", back)
    paid = {"order": one["id"], "paid_at": "2026-01-06T00:00:00Z", **yuan("30.00")}
    await posted(clients["interaction"], "/v1/payments", paid)
    await score(clients, "erp:A", realized=yuan("20.00"))


async def test_a_credit_note_stands_in_for_its_return_until_it_is_cancelled(clients: Clients) -> None:
    orders, at = clients["interaction"], "2026-01-12T00:00:00Z"
    (back,) = (await orders.get("/v1/returns")).json()["items"]
    note = {"for_return": back["id"], "issued_at": at, **yuan("12.50")}
    made = await posted(orders, "/v1/credit-notes", note)
    await score(clients, "erp:A", realized=yuan("17.50"))
    path = f"/v1/credit-notes/{made['id']}"
    for number, (status, realized) in enumerate([("cancelled", "20.00"), ("issued", "17.50")], 1):
        await orders.patch(path, json={"status": status}, headers={"If-Match": f'"{number}"'})
        await score(clients, "erp:A", realized=yuan(realized))
    await orders.patch(path, json={"status": "cancelled"}, headers={"If-Match": '"3"'})
    await score(clients, "erp:A", realized=yuan("20.00"))


async def test_a_foreign_currency_is_worth_what_interaction_says(clients: Clients) -> None:
    orders, customer = clients["interaction"], {"kind": "person", "name": "F", "owner": "u-1"}
    identities = {"identities": [{"system": "erp", "id": "F"}]}
    made = await posted(clients["customer"], "/v1/customers", {**customer, **identities})
    await posted(orders, "/v1/orders", ordered("F", "SO-F", "2026-01-05", "10.00", currency="EUR"))
    await score(clients, "erp:F", realized=yuan("0.00"), coverage=0.0)
    rate = {"base": "EUR", "quote": "CNY", "day": "2026-01-01", "rate": "8"}
    await posted(orders, "/v1/exchange-rates", rate)
    await score(clients, "erp:F", realized=yuan("80.00"), coverage=1.0)
    path = "/v1/exchange-rates/EUR/CNY/2026-01-01"
    await orders.put(path, json={"rate": "7.5"}, headers={"If-Match": '"1"'})
    await score(clients, "erp:F", realized=yuan("75.00"))
    await clients["customer"].delete(f"/v1/customers/{made['id']}", headers={"If-Match": '"1"'})


async def test_a_correction_replaces_what_it_corrects(clients: Clients) -> None:
    rows = {"mode": "upsert", "items": [ordered("A", "SO-2", "2026-02-05", "55.00", status="confirmed")]}
    await posted(clients["interaction"], "/v1/orders/batch", rows)
    await score(clients, "erp:A", realized=yuan("75.00"), purchase_days=2)
    rows["items"] = [ordered("A", "SO-2", "2026-02-05", "55.00", status="cancelled")]
    await posted(clients["interaction"], "/v1/orders/batch", rows)
    await score(clients, "erp:A", realized=yuan("20.00"), purchase_days=1)


async def test_a_strangers_orders_are_those_of_the_customer_it_becomes(clients: Clients) -> None:
    await posted(clients["interaction"], "/v1/orders", ordered("B", "SO-3", "2026-03-01", "40.00"))
    await posted(clients["interaction"], "/v1/orders", ordered("B", "SO-4", "2026-03-02", "2.00"))
    assert (await clients["scoring"].get("/v1/scores/erp:B")).status_code == 404
    customer = {"kind": "person", "name": "B", "identities": [{"system": "erp", "id": "B"}]}
    created = await posted(clients["customer"], "/v1/customers", customer)
    found = await score(clients, "erp:B", realized=yuan("42.00"), purchase_days=2)
    assert found["customer_id"] == created["id"]


async def test_a_change_of_owner_changes_who_sees_the_score(clients: Clients) -> None:
    customer = (await clients["customer"].get("/v1/customers/erp:A")).json()
    headers = {"If-Match": f'"{customer["version"]}"'}
    answer = await clients["customer"].patch(
        f"/v1/customers/{customer['id']}", json={"owner": "u-2"}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    deleted = (await clients["customer"].get("/v1/customers/erp:B")).json()
    await clients["customer"].delete(
        f"/v1/customers/{deleted['id']}", headers={"If-Match": f'"{deleted["version"]}"'}
    )
    deadline = time.monotonic() + 20
    while (await clients["scoring"].get(f"/v1/scores/{deleted['id']}")).status_code != 404:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_what_a_rule_of_retention_deletes_counts_no_more(
    clients: Clients, service: Callable[..., Awaitable[Running]]
) -> None:
    """As if it had never been: the score is that of the orders that are left, down to none."""
    customer = {"kind": "person", "name": "R", "identities": [{"system": "erp", "id": "R"}]}
    made, orders = await posted(clients["customer"], "/v1/customers", customer), clients["interaction"]
    old = await posted(orders, "/v1/orders", ordered("R", "SO-5", "2001-01-05", "30.00"))
    back = {"order": old["id"], "returned_at": "2001-02-05T00:00:00Z", "currency": "CNY"}
    await posted(orders, "/v1/returns", {**back, "lines": [{"quantity": "1", "amount": "10.00"}]})
    paid = {"order": old["id"], "paid_at": "2001-01-06T00:00:00Z", **yuan("30.00")}
    await posted(orders, "/v1/payments", paid)
    await posted(orders, "/v1/orders", ordered("R", "SO-6", "2002-01-05", "7.00"))
    await score(clients, "erp:R", realized=yuan("27.00"), purchase_days=2)
    pool = (await service("interaction")).database.pool
    for table in ("orders", "returns", "payments"):  # what was just written stays
        await pool.execute(f"update interaction.{table} set updated_at = now() - interval '30 days'")
    rule = {"kind": "order", "action": "delete", "keep_days": (date.today() - date(2001, 6, 1)).days}  # noqa: DTZ011 - years ago
    kept = await posted(orders, "/v1/retention-rules", rule)
    await let_go(orders)
    await score(clients, "erp:R", realized=yuan("7.00"), purchase_days=1)
    again = await orders.post("/v1/orders", json=ordered("R", "SO-5", "2001-01-05", "30.00"))
    assert again.json()["code"] == "record_retired"
    since_2003 = {"keep_days": (date.today() - date(2003, 1, 1)).days}  # noqa: DTZ011 - as above
    path = f"/v1/retention-rules/{kept['id']}"
    assert (await orders.patch(path, json=since_2003, headers={"If-Match": '"1"'})).status_code == 200
    await let_go(orders)
    await until(clients, made["id"], lambda answer: answer.json()["run_id"] is None)
    await clients["customer"].delete(f"/v1/customers/{made['id']}", headers={"If-Match": '"1"'})
    await until(clients, made["id"], lambda answer: answer.status_code == 404)


async def until(clients: Clients, customer: str, holds: Callable[[httpx.Response], bool]) -> None:
    """Ask for a score until something holds of the answer."""
    deadline = time.monotonic() + 20
    while not holds(await clients["scoring"].get(f"/v1/scores/{customer}")):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def let_go(orders: httpx.AsyncClient) -> None:
    """Ask for a run, and wait for its end."""
    run = await orders.post("/v1/retention-runs", json={})
    deadline = time.monotonic() + 20
    while (shown := (await orders.get(run.headers["location"])).json())["status"] != "done":
        assert time.monotonic() < deadline, shown
        await asyncio.sleep(0.05)
    assert shown["counts"]["rules"][0]["gone"] == 1


async def test_everything_told_has_arrived(clients: Clients) -> None:
    status = (await clients["scoring"].get("/v1/scoring-status")).json()
    assert {feed["source"] for feed in status["feeds"]} == {"customer", "interaction"}
    assert (status["customers"], status["orders"], status["unmatched"]) == (1, 1, 3)  # B and F were deleted
    changes = await told(clients["scoring"], "score.deleted")
    assert {change["type"] for change in changes} >= {"score.created", "score.updated"}
    gone = {change["subject"] for change in changes if change["type"] == "score.deleted"}
    known = [change for change in changes if change["data"] is not None and change["subject"] not in gone]
    shown = (await clients["scoring"].get(f"/v1/scores/{known[-1]['subject']}")).json()
    assert known[-1]["data"] == shown


async def test_costs_fall_upon_customers_in_scoring_as_they_do_in_interaction(clients: Clients) -> None:
    days = {"first_day": "2026-01-01", "last_day": "2026-01-31"}
    for who in "KLM":
        name = {"identities": [{"system": "erp", "id": who}], "kind": "person", "name": who}
        await posted(clients["customer"], "/v1/customers", name)
        sold = ordered(who, f"SO-{who}", "2026-01-07", f"{ord(who)}.00")
        await posted(clients["interaction"], "/v1/orders", sold)
    paid = {"amount": "100.00", "currency": "CNY", "kind": "keep", **days}
    whose = {"customer": {"system": "erp", "id": "K"}, "source": {"system": "erp", "id": "CO-1"}}
    await posted(clients["interaction"], "/v1/costs", {**paid, **whose})
    shared = {"among": "all", "basis": "revenue", "source": {"system": "erp", "id": "CO-2"}}
    await posted(clients["interaction"], "/v1/shared-costs", {**paid, **shared})
    deadline = time.monotonic() + 30
    while not await _as_borne(clients, {"since": "2026-01-05", "until": "2026-01-20"}):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


async def _as_borne(clients: Clients, window: dict[str, str]) -> bool:
    """Whether customers kept at a cost bear the same in both services, to the cent, and nothing waits."""
    page = (await clients["interaction"].get("/v1/costs/allocation", params=window)).json()
    borne = {row["customer_id"]: f"-{row['costs'][0]['amount']}" for row in page["items"]}
    asked = [clients["scoring"].get(f"/v1/commercial-value/{who}", params=window) for who in borne]
    values = [answer.json() for answer in await asyncio.gather(*asked)]
    kept = {
        value["customer_id"]: part["amount"]["amount"]
        for value in values
        for part in value.get("realized", {"parts": ()})["parts"]
        if part["name"] == "keep"
    }
    return len(borne) >= 3 and kept == borne and page["waiting"] == 0
