"""Deliveries: promised, partial, late, and how often on time and in full."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.interaction.deliveries.schemas import DeliveryRead, Fulfilment, LatePage, OnTimePage
from tests.services.interaction.conftest import name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_orders import key, order, post
from tests.support.running import Running

WINDOW = {"since": "2026-03-01", "until": "2026-03-31"}


def delivery(of: str, promised: str | None = "2026-03-05", **more: Any) -> dict[str, Any]:
    lines = more.pop("lines", [{"order_line": 1, "quantity": "2"}])
    given = {"order": key(of), "source": {"system": "scm", "id": name("D")}, "lines": lines, **more}
    return given if promised is None else {**given, "promised_on": promised}


@pytest.fixture
async def sold(client: httpx.AsyncClient, peer: Peer, interaction: Running) -> tuple[str, str]:
    """An order of a known customer; their names. It is the 10th of March."""
    interaction.core.clock = lambda: datetime(2026, 3, 10, tzinfo=UTC)
    source, customer = name("SO"), name()
    peer.put(customer)
    await post(client, "/v1/orders", order(source, customer))
    return source, customer


async def test_a_delivery_is_judged_by_its_promise(client: httpx.AsyncClient, sold: tuple[str, str]) -> None:
    planned = await post(client, "/v1/deliveries", delivery(sold[0]))
    assert DeliveryRead.model_validate(planned).model_dump().keys() == planned.keys()
    assert (planned["status"], planned["on_time"], planned["in_full"]) == ("planned", None, None)
    assert planned["occurred_at"] == "2026-03-05T00:00:00+00:00"
    path, version = f"/v1/deliveries/{planned['id']}", 1
    for patch, expected in [
        ({"shipped_at": "2026-03-04T10:00:00Z"}, ("shipped", None, None)),
        ({"delivered_at": "2026-03-05T23:59:59Z"}, ("delivered", True, True)),
        ({"delivered_at": "2026-03-06T00:00:00Z"}, ("delivered", False, True)),
        ({"lines": [{"order_line": 1, "quantity": "2", "delivered": "1"}]}, ("delivered", False, False)),
        ({"cancelled": True}, ("cancelled", None, None)),
    ]:
        answer = await client.patch(path, json=patch, headers={"If-Match": f'"{version}"'})
        assert answer.status_code == 200, answer.text
        shown, version = answer.json(), version + 1
        assert (shown["status"], shown["on_time"], shown["in_full"]) == expected
    past = (await client.get(f"{path}/history")).json()["items"]
    assert [each["version"] for each in past] == [6, 5, 4, 3, 2, 1]


async def test_a_delivery_sent_again_changes_nothing(
    client: httpx.AsyncClient, sold: tuple[str, str]
) -> None:
    sent = delivery(sold[0], delivered_at="2026-03-05T08:00:00Z")
    made = await post(client, "/v1/deliveries", sent)
    assert await post(client, "/v1/deliveries", sent, 200) == made
    results = (await post(client, "/v1/deliveries/batch", {"items": [sent, sent]}, 200))["counts"]
    assert results["unchanged"] == 2


async def test_a_delivery_has_some_time_and_an_order(
    client: httpx.AsyncClient, sold: tuple[str, str]
) -> None:
    refused = await post(client, "/v1/deliveries", delivery(sold[0], None), 422)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("no_time_of_delivery", "/promised_on")
    refused = await post(client, "/v1/deliveries", delivery(name("SO")), 422)
    assert refused["code"] == "unknown_order"


async def test_partial_deliveries_and_returns_make_the_state_of_an_order(
    client: httpx.AsyncClient, sold: tuple[str, str]
) -> None:
    source, path = sold[0], f"/v1/orders/erp:{sold[0]}/fulfilment"
    found = (await client.get(path)).json()
    assert Fulfilment.model_validate(found).model_dump(mode="json") == found
    assert (found["state"], [each["open"] for each in found["lines"]]) == ("open", ["2", "1.5"])
    at = {"delivered_at": "2026-03-05T08:00:00Z"}
    await post(client, "/v1/deliveries", delivery(source, lines=[{"order_line": 1, "quantity": "1"}], **at))
    rest = [{"order_line": 1, "quantity": "1"}, {"order_line": 2, "quantity": "1.5"}]
    assert (await client.get(path)).json()["state"] == "partly_delivered"
    await post(client, "/v1/deliveries", delivery(source, lines=rest, **at))
    assert (await client.get(path)).json()["state"] == "delivered"
    back = {"order": key(source), "returned_at": "2026-03-09T10:00:00Z", "currency": "CNY"}
    for number, amount in ((1, "2"), (2, "1.5")):
        lines = [{"order_line": number, "quantity": amount, "amount": "1.00"}]
        await post(client, "/v1/returns", {**back, "lines": lines})
    found = (await client.get(path)).json()
    assert (found["state"], [each["returned"] for each in found["lines"]]) == ("returned", ["2", "1.5"])


async def test_late_ones_are_listed_until_they_come(client: httpx.AsyncClient, sold: tuple[str, str]) -> None:
    source, customer = sold
    promised = ["2026-03-08", "2026-03-04", "2026-03-10", "2026-03-06"]
    made = [await post(client, "/v1/deliveries", delivery(source, day)) for day in promised]
    asked = {"customer": f"erp:{customer}", "limit": "2"}
    page = (await client.get("/v1/deliveries/late", params=asked)).json()
    LatePage.model_validate(page)
    further = (await client.get("/v1/deliveries/late", params={**asked, "cursor": page["next"]})).json()
    found = [*page["items"], *further["items"]]
    assert [each["delivery"]["id"] for each in found] == [made[at]["id"] for at in (1, 3, 0)]
    assert [each["days_late"] for each in found] == [6, 4, 2]
    headers = {"If-Match": '"1"'}
    here = {"delivered_at": "2026-03-09T00:00:00Z"}
    await client.patch(f"/v1/deliveries/{made[1]['id']}", json=here, headers=headers)
    await client.patch(f"/v1/deliveries/{made[3]['id']}", json={"cancelled": True}, headers=headers)
    left = (await client.get("/v1/deliveries/late", params=asked)).json()["items"]
    assert [each["delivery"]["id"] for each in left] == [made[0]["id"]]


async def test_on_time_and_in_full_is_counted_by_customer_and_product(
    client: httpx.AsyncClient, peer: Peer, sold: tuple[str, str]
) -> None:
    source, customer = sold
    early, late = {"delivered_at": "2026-03-04T00:00:00Z"}, {"delivered_at": "2026-03-07T00:00:00Z"}
    sku, short = {"product": key(name("SKU"))}, {"quantity": "2", "delivered": "1"}
    for given in [
        {**early, "lines": [{**sku, "quantity": "2"}]},
        {**early, "lines": [{**sku, **short}, {**sku, "quantity": "3"}]},
        {**late, "lines": [{**sku, "quantity": "2"}]},
        {"lines": [{**sku, "quantity": "2"}]},  # overdue
        {"lines": [{**sku, "quantity": "2"}], "promised": "2026-03-20"},  # not yet due
        {"lines": [{**sku, "quantity": "2"}], "cancelled": True},
    ]:
        await post(client, "/v1/deliveries", delivery(source, given.pop("promised", "2026-03-05"), **given))
    asked = {**WINDOW, "customer": f"erp:{customer}"}
    page = (await client.get("/v1/deliveries/on-time", params=asked)).json()
    OnTimePage.model_validate(page)
    (row,) = page["items"]
    figures = {name: row[name] for name in ("due", "on_time", "in_full", "otif", "share")}
    assert figures == {"due": 4, "on_time": 2, "in_full": 2, "otif": 1, "share": 0.25}
    (row,) = (await client.get("/v1/deliveries/on-time", params={**asked, "by": "product"})).json()["items"]
    figures = {name: row[name] for name in ("due", "on_time", "in_full", "otif", "share")}
    assert figures == {"due": 5, "on_time": 3, "in_full": 3, "otif": 2, "share": 0.4}
    later = {**asked, "on": "2026-03-21"}
    (row,) = (await client.get("/v1/deliveries/on-time", params=later)).json()["items"]
    assert (row["due"], row["otif"]) == (5, 1)


@pytest.mark.parametrize("window", [{"since": "2026-03-02", "until": "2026-03-01"}, {"since": "2020-01-01"}])
async def test_a_window_ends_after_it_begins_and_is_not_too_long(
    client: httpx.AsyncClient, window: dict[str, str]
) -> None:
    answer = await client.get("/v1/deliveries/on-time", params={"until": "2026-01-01", **window})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "until")
