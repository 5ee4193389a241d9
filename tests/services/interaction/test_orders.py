"""Products, orders, payments and returns: amounts, lines, and how they name each other."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.interaction.orders.schemas import OrderRead
from services.interaction.payments.schemas import PaymentRead
from services.interaction.products.schemas import ProductRead
from services.interaction.returns.schemas import ReturnRead
from tests.services.interaction.conftest import name
from tests.services.interaction.peer import Peer
from tests.support.running import Running

AT = "2026-03-01T09:30:00Z"


def key(value: str) -> dict[str, str]:
    return {"system": "erp", "id": value}


def order(source: str, customer: str | None = None, **more: Any) -> dict[str, Any]:
    lines = [
        {"product": key("SKU-1"), "quantity": "2", "amount": "29.33", "cost": "20.10"},
        {"quantity": "1.50", "amount": "0.7"},
    ]
    who = key(customer or name())
    return {
        "customer": who,
        "source": key(source),
        "placed_at": AT,
        "currency": "CNY",
        "lines": lines,
        **more,
    }


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_an_order_adds_up_its_lines(client: httpx.AsyncClient) -> None:
    made = await post(client, "/v1/orders", order(name("SO"), region="East", salesperson="u-12"))
    assert OrderRead.model_validate(made).model_dump().keys() == made.keys()
    assert made["total"] == {"amount": "30.03", "currency": "CNY"}
    first, second = made["lines"]
    assert (first["line"], first["quantity"], first["amount"], first["cost"]) == (1, "2", "29.33", "20.10")
    assert (second["line"], second["quantity"], second["amount"], second["cost"]) == (2, "1.5", "0.70", None)
    assert (second["product"], second["product_id"]) == (None, None)
    assert (made["status"], made["region"], made["placed_at"]) == (
        "confirmed",
        "East",
        "2026-03-01T09:30:00+00:00",
    )


async def test_a_product_has_its_id_before_it_arrives(client: httpx.AsyncClient) -> None:
    sku = name("SKU")
    lines = [{"product": key(sku), "amount": "1"}]
    made = await post(client, "/v1/orders", order(name("SO"), lines=lines))
    product_id = made["lines"][0]["product_id"]
    assert (await client.get(f"/v1/products/{product_id}")).status_code == 404
    product = await post(client, "/v1/products", {"source": key(sku), "name": "Tea", "category": "Drinks"})
    assert product["id"] == product_id
    assert ProductRead.model_validate(product).model_dump().keys() == product.keys()
    by_id = await post(
        client, "/v1/orders", order(name("SO"), lines=[{"product": product_id, "amount": "1"}])
    )
    assert by_id["lines"][0]["product_id"] == product_id


async def test_an_order_sent_again_is_unchanged_after_its_product_came(client: httpx.AsyncClient) -> None:
    sku, source, customer = name("SKU"), name("SO"), name()
    sent = order(source, customer, lines=[{"product": key(sku), "amount": "1"}])
    first = await post(client, "/v1/orders", sent)
    await post(client, "/v1/products/batch", {"items": [{"source": key(sku), "name": "Tea"}]}, 200)
    assert await post(client, "/v1/orders", sent, 200) == first
    same = sent | {"lines": [{"product": key(sku), "amount": "1.000", "quantity": "1.0"}]}
    assert await post(client, "/v1/orders", same, 200) == first


async def test_a_dry_run_leaves_no_name_of_a_product(client: httpx.AsyncClient, interaction: Running) -> None:
    product = name("SKU")
    wanted = order(name("SO"), lines=[{"product": key(product), "amount": "1"}])
    said = await post(client, "/v1/orders/batch", {"items": [wanted], "dry_run": True}, 200)
    assert said["results"][0]["outcome"] == "created"
    kept = "select count(*) from interaction.source_keys where source_id = $1"
    assert await interaction.database.pool.fetchval(kept, product) == 0


async def test_an_unknown_product_id_is_refused(client: httpx.AsyncClient) -> None:
    lines = [{"amount": "1"}, {"product": str(uuid4()), "amount": "1"}]
    refused = await post(client, "/v1/orders", order(name("SO"), lines=lines), 422)
    assert refused["code"] == "unknown_product"
    assert [error["pointer"] for error in refused["errors"]] == ["/lines/1/product"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"lines": []}, "/lines"),
        ({"lines": [{"amount": 29.33}]}, "/lines/0/amount"),
        ({"lines": [{"amount": "1e5"}]}, "/lines/0/amount"),
        ({"lines": [{"amount": "1.1234567"}]}, "/lines/0/amount"),
        ({"lines": [{"amount": "1", "quantity": "NaN"}]}, "/lines/0/quantity"),
        ({"currency": "yuan"}, "/currency"),
        ({"status": "lost"}, "/status"),
        ({"total": "1.00"}, "/total"),
    ],
)
async def test_what_is_wrong_with_an_order_is_named(
    client: httpx.AsyncClient, wrong: Any, pointer: str
) -> None:
    refused = await post(client, "/v1/orders", order(name("SO")) | wrong, 422)
    assert pointer in [error["pointer"] for error in refused["errors"]]


async def test_orders_change_in_a_batch_only(client: httpx.AsyncClient) -> None:
    source, customer = name("SO"), name()
    made = await post(client, "/v1/orders", order(source, customer))
    assert (await post(client, "/v1/orders", order(source, customer, status="shipped"), 409))["changed"] == [
        "status"
    ]
    change = {"source": key(source), "status": "shipped", "lines": [{"amount": "5"}]}
    (result,) = (await post(client, "/v1/orders/batch", {"items": [change]}, 200))["results"]
    assert (result["outcome"], result["version"]) == ("updated", 2)
    shown = (await client.get(f"/v1/orders/{made['id']}")).json()
    assert (shown["status"], shown["total"]["amount"], len(shown["lines"])) == ("shipped", "5.00", 1)


async def test_payments_and_returns_belong_to_the_customer_of_their_order(client: httpx.AsyncClient) -> None:
    source, customer = name("SO"), name()
    made = await post(client, "/v1/orders", order(source, customer))
    payment = {
        "source": key(name("P")),
        "paid_at": AT,
        "amount": "30.03",
        "currency": "CNY",
        "method": "card",
    }
    for reference in (made["id"], key(source)):
        paid = await post(client, "/v1/payments", payment | {"order": reference, "source": key(name("P"))})
        assert (paid["order_id"], paid["customer_id"]) == (made["id"], made["customer_id"])
    assert PaymentRead.model_validate(paid).model_dump().keys() == paid.keys()
    assert paid["amount"] == {"amount": "30.03", "currency": "CNY"}
    back = {
        "returned_at": AT,
        "currency": "CNY",
        "reason": "torn",
        "lines": [{"amount": "0.7"}],
        "order": key(source),
    }
    returned = await post(client, "/v1/returns", back)
    assert ReturnRead.model_validate(returned).model_dump().keys() == returned.keys()
    assert (returned["customer_id"], returned["total"]["amount"]) == (made["customer_id"], "0.70")
    refund = await post(client, "/v1/payments", payment | {"customer": key(customer), "amount": "-1"})
    assert (refund["order_id"], refund["amount"]["amount"]) == (None, "-1.00")
    assert refund["customer_id"] == made["customer_id"]


async def test_a_payment_names_somebody_and_no_one_else(client: httpx.AsyncClient) -> None:
    source = name("SO")
    await post(client, "/v1/orders", order(source, name()))
    payment = {"paid_at": AT, "amount": "1", "currency": "CNY"}
    nobody = await post(client, "/v1/payments", payment, 422)
    assert [error["pointer"] for error in nobody["errors"]] == ["/customer"]
    other = await post(client, "/v1/payments", payment | {"order": key(source), "customer": key(name())}, 422)
    assert other["code"] == "order_of_another_customer"
    for absent in (str(uuid4()), key(name("SO"))):
        refused = await post(client, "/v1/payments", payment | {"order": absent}, 422)
        assert refused["code"] == "unknown_order"
        assert refused["errors"][0]["pointer"] == "/order"


async def test_a_payment_sent_again_changes_nothing(client: httpx.AsyncClient) -> None:
    source, paid = name("SO"), name("P")
    await post(client, "/v1/orders", order(source))
    row = {"source": key(paid), "order": key(source), "paid_at": AT, "amount": "1.5", "currency": "CNY"}
    batch = {"items": [row, row, {"source": key(paid), "method": "card"}]}
    first = await post(client, "/v1/payments/batch", batch, 200)
    assert [each["outcome"] for each in first["results"]] == ["created", "unchanged", "updated"]
    again = await post(client, "/v1/payments/batch", {"items": [row | {"method": "card"}]}, 200)
    assert again["counts"]["unchanged"] == 1


async def test_lists_are_filtered_and_paged(client: httpx.AsyncClient, peer: Peer) -> None:
    customer, region = name(), name("R")
    peer.put(customer)
    rows = [
        order(name("SO"), customer, region=region, placed_at=f"2026-03-{day:02}T00:00:00Z")
        for day in range(1, 8)
    ]
    made = await post(client, "/v1/orders/batch", {"items": [*rows, order(name("SO"), region=region)]}, 200)
    ids = [each["id"] for each in made["results"]]
    params = {"region": region, "limit": "3"}
    seen, path = [], "/v1/orders"
    while path:
        page = await client.get(path, params=params if path == "/v1/orders" else None)
        seen += [each["id"] for each in page.json()["items"]]
        assert ("next" in page.links) == (page.json()["next"] is not None)
        path = page.links["next"]["url"] if page.links else ""
    assert seen == ids[::-1]
    of = (await client.get("/v1/orders", params={"customer": f"erp:{customer}"})).json()["items"]
    assert [each["id"] for each in of] == ids[6::-1]
    window = {
        "customer": of[0]["customer_id"],
        "since": "2026-03-02T00:00:00Z",
        "until": "2026-03-04T00:00:00Z",
    }
    within = (await client.get("/v1/orders", params=window)).json()["items"]
    assert [each["id"] for each in within] == [ids[2], ids[1]]
    assert (await client.get("/v1/orders", params={"customer": str(uuid4())})).json()["items"] == []
    assert (await client.get("/v1/orders", params={"customer": "erp"})).status_code == 422


async def test_products_are_listed_by_category(client: httpx.AsyncClient) -> None:
    category = name("Cat")
    items = [{"source": key(name("SKU")), "name": f"Tea {n}", "category": category} for n in range(3)]
    made = await post(client, "/v1/products/batch", {"items": [*items, {"name": "Else"}]}, 200)
    assert made["results"][0]["matched"] is None
    listed = (await client.get("/v1/products", params={"category": category})).json()["items"]
    assert [each["name"] for each in listed] == ["Tea 2", "Tea 1", "Tea 0"]
