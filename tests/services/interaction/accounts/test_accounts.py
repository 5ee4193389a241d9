"""Balances of orders and customers over HTTP: exact, per currency, and in one currency by dated rates."""

from typing import Any

import httpx

from services.interaction.accounts.schemas import CustomerAccount, OrderBalance
from tests.services.interaction.conftest import name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_orders import AT, key, order, post

LATER = "2026-03-20T00:00:00Z"


async def bought(client: httpx.AsyncClient, customer: str, amount: str, currency: str = "CNY") -> str:
    source = name("SO")
    lines = [{"amount": amount, "quantity": "1"}]
    await post(client, "/v1/orders", order(source, customer, lines=lines, currency=currency))
    return source


async def test_an_order_is_paid_returned_and_credited(client: httpx.AsyncClient) -> None:
    source = await bought(client, name(), "100.00")
    of: dict[str, Any] = {"order": key(source), "currency": "CNY"}
    await post(client, "/v1/payments", {**of, "paid_at": AT, "amount": "40"})
    back = {**of, "returned_at": AT, "lines": [{"amount": "30", "order_line": 1}], "source": key(name("R"))}
    await post(client, "/v1/returns", back)
    path = f"/v1/orders/erp:{source}/balance"
    found = (await client.get(path)).json()
    assert OrderBalance.model_validate(found).model_dump(mode="json") == found
    assert found["balances"] == [
        {
            "currency": "CNY",
            "ordered": "100.00",
            "returned": "30.00",
            "credited": "0.00",
            "paid": "40.00",
            "open": "30.00",
        }
    ]
    note = {"for_return": back["source"], "issued_at": AT, "amount": "25", "currency": "CNY"}
    made = await post(client, "/v1/credit-notes", note)
    (one,) = (await client.get(path)).json()["balances"]
    assert (one["returned"], one["credited"], one["open"]) == ("0.00", "25.00", "35.00")
    patch = {"status": "cancelled"}
    answer = await client.patch(f"/v1/credit-notes/{made['id']}", json=patch, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    (one,) = (await client.get(path)).json()["balances"]
    assert (one["returned"], one["credited"], one["open"]) == ("30.00", "0.00", "30.00")
    await post(client, "/v1/orders/batch", {"items": [{"source": key(source), "status": "cancelled"}]}, 200)
    (one,) = (await client.get(path)).json()["balances"]
    assert (one["ordered"], one["paid"], one["open"]) == ("0.00", "40.00", "-40.00")


async def test_a_customers_account_has_every_currency_and_one_for_all(
    client: httpx.AsyncClient, peer: Peer
) -> None:
    customer, pair = name(), "/v1/exchange-rates/SEK/CNY"
    peer.put(customer)
    await bought(client, customer, "100.00")
    await bought(client, customer, "10.00", "SEK")
    await post(
        client,
        "/v1/payments",
        {"customer": key(customer), "paid_at": LATER, "amount": "4", "currency": "SEK"},
    )
    path, into = f"/v1/customers/erp:{customer}/account", {"currency": "CNY"}
    found = (await client.get(path, params=into)).json()
    assert CustomerAccount.model_validate(found).model_dump(mode="json") == found
    assert [(each["currency"], each["open"]) for each in found["balances"]] == [
        ("CNY", "100.00"),
        ("SEK", "6.00"),
    ]
    assert found["converted"]["open"] == "100.00"
    missing = [{"currency": "SEK", "day": "2026-03-01"}, {"currency": "SEK", "day": "2026-03-20"}]
    assert found["converted"]["missing_rates"] == missing
    await client.put(f"{pair}/2026-02-01", json={"rate": "0.7"})
    await client.put(f"{pair}/2026-03-10", json={"rate": "0.75"})
    converted = (await client.get(path, params=into)).json()["converted"]
    assert (converted["ordered"], converted["paid"], converted["open"]) == ("107.00", "3.00", "104.00")
    assert converted["missing_rates"] == []


async def test_nobody_has_no_account(client: httpx.AsyncClient) -> None:
    for whom in (f"erp:{name()}", "00000000-0000-0000-0000-000000000000", "erp"):
        assert (await client.get(f"/v1/customers/{whom}/account")).status_code == 404
    assert (await client.get(f"/v1/orders/erp:{name()}/balance")).status_code == 404
