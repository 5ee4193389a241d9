"""A structure through HTTP: what is behind its cells, who sees what, its picture, and what is refused."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.scoring.structure.schemas import ConsumptionStructure, SoldDocumentPage
from shared.auth import Principal, Visibility
from tests.services.scoring.base import Base, customer, id_of, order, product, rate
from tests.services.scoring.charts.rendering import drawn
from tests.services.scoring.test_documented import differences

PATH = "/v1/consumption-structure"
SPAN = {"since": "2026-01", "until": "2026-03"}


def sale(name: str, who: str, day: str, *lines: tuple[str | None, str, str], **more: Any) -> Any:
    """Return an order of lines (product, quantity, amount)."""
    told = [
        {"line": at, "product_id": str(id_of(of)) if of else None, "quantity": many, "amount": money}
        for at, (of, many, money) in enumerate(lines, 1)
    ]
    total = str(sum(Decimal(money) for *_, money in lines))
    return order(name, who, day, total, **{"currency": "CNY", "lines": told, "region": "East", **more})


@pytest.fixture(scope="module")
async def shop(base: Base) -> Base:
    await base.customers(
        customer("a", owner="u-1", department="north", customer_class="retail"),
        customer("b", owner="u-2", department="north", customer_class="trade"),
        customer("c", owner="u-3", department="south"),
    )
    await base.facts_told(
        rate("USD", "CNY", "2026-02-01", "7"),
        product("tea", category="drinks"),
        product("cup", category="things"),
        sale("1", "a", "2026-01-10", ("tea", "2", "10.00"), ("cup", "1", "5.50"), salesperson="s-1"),
        sale("2", "b", "2026-02-10", ("tea", "1", "5"), ("tea", "1", "4"), region="West"),
        sale("3", "b", "2026-03-10", ("cup", "4", "2.25"), currency="USD", region=None),
        sale("4", "c", "2026-01-20", ("cup", "1", "9"), currency="USD"),
        sale("5", "a", "2025-11-20", ("tea", "2", "8")),
    )
    await base.count()
    return base


async def asked(client: httpx.AsyncClient, path: str = PATH, **query: Any) -> dict[str, Any]:
    answer = await client.get(path, params={**SPAN, **query})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_it_is_as_documented(shop: Base, client: httpx.AsyncClient) -> None:
    found = await asked(client, rows="category", columns="region", include="chart")
    found["chart"] = None  # whose members are Vega-Lite's
    assert not differences(found, ConsumptionStructure)
    assert not differences(await asked(client, f"{PATH}/orders"), SoldDocumentPage)


async def test_money_of_no_known_rate_is_covered_by_nothing(shop: Base, client: httpx.AsyncClient) -> None:
    found = await asked(client, rows="region")
    assert found["total"]["amount"]["amount"] == "40.25"  # 15.50, 9.00, and 2.25 USD at 7
    assert (found["total"]["orders"], found["coverage"]) == (4, {"priced": 0.75, "costed": 0.0})
    assert [(one["value"], one["amount"]["amount"]) for one in found["rows"]["members"]] == [
        (None, "15.75"),
        ("East", "15.50"),
        ("West", "9.00"),
    ]


async def test_an_order_of_two_categories_is_one_order(shop: Base, client: httpx.AsyncClient) -> None:
    found = await asked(client, rows="category", columns="month", measure="orders")
    members = {one["value"]: one["orders"] for one in found["rows"]["members"]}
    assert (members, found["total"]["orders"]) == ({"drinks": 2, "things": 3}, 4)
    assert [one["orders"] for one in found["columns"]["members"]] == [2, 1, 1]


async def test_growth_is_against_the_months_before(shop: Base, client: httpx.AsyncClient) -> None:
    found = await asked(client, rows="product", product=str(id_of("tea")))
    (tea,) = found["rows"]["members"]
    assert tea["name"] == "tea"
    assert tea["growth"] == {"before": pytest.approx(19 / 8 - 1), "year_before": None}
    split = found["price_volume_mix"]["before"]
    assert {name: split[name]["amount"] for name in ("price", "volume", "mix", "change")} == {
        "price": "3.00",  # 4 at 4.75 instead of 4.00
        "volume": "8.00",
        "mix": "0.00",
        "change": "11.00",
    }


async def test_the_orders_of_a_cell_add_up_to_it(shop: Base, client: httpx.AsyncClient) -> None:
    back = {
        "customer_id": str(id_of("a")),
        "order_id": str(id_of("1")),
        "returned_at": "2026-02-01T00:00:00Z",
    }
    back |= {"lines": [{"order_line": 1, "quantity": "1", "amount": "4"}]}
    back |= {"total": {"amount": "4", "currency": "CNY"}}
    told = type(sale("x", "a", "2026-01-01"))("return", id_of("r1"), 1, False, back, 1)  # noqa: FBT003 - not gone
    await shop.facts_told(told)
    await shop.count()
    cell = {"category": "drinks", "region": "East"}
    total = (await asked(client, rows="salesperson", **cell))["total"]
    items, cursor = [], None
    while True:
        page = await asked(
            client, f"{PATH}/orders", limit=1, **cell, **({"cursor": cursor} if cursor else {})
        )
        items, cursor = items + page["items"], page["next"]
        if cursor is None:
            break
    assert [(one["kind"], one["amount"]["amount"]) for one in items if one["kind"] == "return"] == [
        ("return", "-4.00")
    ]
    assert items[0]["path"] == f"/v1/{items[0]['kind']}s/{items[0]['id']}"
    assert sum(Decimal(one["amount"]["amount"]) for one in items) == Decimal(total["amount"]["amount"]) == 6
    assert sum(Decimal(one["quantity"]) for one in items) == Decimal(total["quantity"]) == 1
    await shop.facts_told(type(told)("return", id_of("r1"), 2, True, {}, 1))  # noqa: FBT003 - gone
    await shop.count()


@pytest.mark.parametrize(
    ("visibility", "amounts"),
    [(Visibility.OWN, {"15.50"}), (Visibility.DEPARTMENT, {"40.25"}), (Visibility.ALL, {"40.25"})],
)
async def test_everybody_gets_the_sums_of_the_customers_they_see(
    shop: Base, visibility: Visibility, amounts: set[str]
) -> None:
    scopes = frozenset(("scores:read", "orders:read"))
    principal = Principal("u-1", scopes, visibility, "north")
    client = shop.scoring.client(principal)
    for query in ({"rows": "region"}, {"rows": "customer"}, {"rows": "month", "columns": "product"}):
        found = await asked(client, **query)
        assert {found["total"]["amount"]["amount"]} == amounts
        of = sum(Decimal(one["amount"]["amount"]) for one in found["rows"]["members"])
        assert {f"{of:.2f}"} == amounts
    page = await asked(client, f"{PATH}/orders")
    assert {f"{sum(Decimal(one['amount']['amount']) for one in page['items']):.2f}"} == amounts
    foreign = await client.get(PATH, params={**SPAN, "customer": str(id_of("c"))})
    assert foreign.status_code == (200 if visibility is Visibility.ALL else 404)


async def test_who_no_longer_has_a_customer_sees_its_sales_at_once_no_more(base: Base) -> None:
    seen = {"rows": "category", "columns": "region"}
    was, now = (
        {way: base.scoring.client(Principal(who, frozenset(("scores:read",)), way, where)) for way in _SOME}
        for who, where in (("u-8", "east"), ("u-9", "west"))
    )

    async def amounts(clients: dict[Visibility, httpx.AsyncClient]) -> list[str]:
        found = [await asked(client, **seen) for client in clients.values()]
        return [one["total"]["amount"]["amount"] for one in found]

    await base.customers(customer("z", owner="u-8", department="east"))
    await base.facts_told(sale("z1", "z", "2026-01-10", ("tea", "2", "12.00")))
    await base.count()
    assert (await amounts(was), await amounts(now)) == (["12.00", "12.00"], ["0.00", "0.00"])
    await base.customers(customer("z", 2, owner="u-9", department="west"))
    assert (await amounts(was), await amounts(now)) == (["0.00", "0.00"], ["0.00", "0.00"])
    await base.count()
    assert (await amounts(was), await amounts(now)) == (["0.00", "0.00"], ["12.00", "12.00"])
    await base.customers(customer("z", 3, gone=True))
    await base.count()


_SOME = (Visibility.OWN, Visibility.DEPARTMENT)


@pytest.mark.parametrize(
    ("query", "mark"),
    [
        ({"rows": "month", "columns": "category"}, "rect"),
        ({"rows": "category", "columns": "region"}, "text"),
        ({"rows": "region"}, "rect"),
    ],
)
async def test_its_picture_shows_something(
    shop: Base, client: httpx.AsyncClient, query: dict[str, str], mark: str
) -> None:
    found = await asked(client, include="chart", **query)
    assert drawn(found["chart"])[mark] >= 3
    assert (await asked(client, **query))["chart"] is None


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"rows": "region", "columns": "region"}, "columns"),
        ({"since": "2026-04"}, "until"),
        ({"since": "1990-01"}, "since"),
        ({"until": "2026-13"}, "until"),
        ({"unknown": "customer"}, "unknown"),
        ({"unknown": "region", "region": "East"}, "unknown"),
        ({"rows": "colour"}, "rows"),
        ({"top": "0"}, "top"),
    ],
)
async def test_what_makes_no_structure_is_refused(
    shop: Base, client: httpx.AsyncClient, query: dict[str, str], parameter: str
) -> None:
    answer = await client.get(PATH, params={**SPAN, **query})
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)


async def test_what_is_not_known_can_be_asked_for(shop: Base, client: httpx.AsyncClient) -> None:
    page = await asked(client, f"{PATH}/orders", unknown="region")
    assert [one["amount"]["amount"] for one in page["items"]] == ["15.75"]
