"""What belongs to an order goes with it, when all of it is old enough; money stays with its order."""

from typing import Any

import httpx
import pytest

from tests.services.interaction.conftest import name
from tests.services.interaction.retention.conftest import Run, counted, rule
from tests.services.interaction.test_orders import AT, key, order, post
from tests.support.running import Running

MONEY = {"amount": "30.03", "currency": "CNY"}
YOUNG = "2026-12-20T00:00:00Z"


async def sale(client: httpx.AsyncClient, **young: str) -> tuple[dict[str, str], dict[str, str]]:
    """Write an order with all that can belong to one; return its key and where each is found."""
    source, who = name("SO"), key(name())
    of = {"order": key(source)}
    back = key(name())
    made = {"orders": await post(client, "/v1/orders", order(source, customer=who["id"]))}
    bodies: dict[str, dict[str, Any]] = {
        "payments": {**of, **MONEY, "paid_at": AT},
        "returns": {**of, "returned_at": AT, "currency": "CNY", "lines": [{"amount": "1"}], "source": back},
        "deliveries": {**of, "shipped_at": AT, "lines": [{"order_line": 1, "quantity": "2"}]},
        "credit-notes": {"for_return": back, **MONEY, "issued_at": AT},
        "promises": {"customer": who, **of, "what": "Soon", "made_at": AT, "due_at": AT},
    }
    for path, body in bodies.items():
        made[path] = await post(client, f"/v1/{path}", {**body, **young.get(path, {})})  # type: ignore[dict-item]  # a time
    return who, {path: f"/v1/{path}/{each['id']}" for path, each in made.items()}


async def there(client: httpx.AsyncClient, places: dict[str, str]) -> set[str]:
    return {path for path, place in places.items() if (await client.get(place)).status_code == 200}


async def test_an_order_goes_with_all_that_belongs_to_it(client: httpx.AsyncClient, run: Run) -> None:
    who, places = await sale(client)
    for kind in ("payment", "return", "credit_note", "promise"):
        await rule(client, kind)
    counts = await run()
    assert {counted(each) for each in counts.values()} == {(0, 0, 0, 0, 0)}, "nothing goes before its order"
    before = (await client.get(f"/v1/customers/erp:{who['id']}/account")).json()
    await rule(client, "order")
    assert counted((await run(dry_run=True))["order delete"]) == (1, 1, 5, 0, 0)
    assert (await client.get(f"/v1/customers/erp:{who['id']}/account")).json() == before
    assert await there(client, places) == places.keys()
    assert counted((await run())["order delete"]) == (1, 1, 5, 0, 0)
    assert await there(client, places) == set()
    timeline = f"/v1/customers/erp:{who['id']}/timeline"
    assert (await client.get(timeline)).json()["items"] == []
    assert (await client.get(f"{timeline}/totals")).json()["items"] == []


@pytest.mark.parametrize(
    ("path", "time"), [("payments", "paid_at"), ("credit-notes", "issued_at"), ("returns", "returned_at")]
)
async def test_an_order_waits_for_the_last_of_it(
    client: httpx.AsyncClient, run: Run, path: str, time: str
) -> None:
    young: Any = {path: {time: YOUNG}}
    _, places = await sale(client, **young)
    await rule(client, "order", keep_days=20)
    assert counted((await run())["order delete"]) == (1, 0, 0, 0, 1)
    assert await there(client, places) == places.keys()


async def test_nothing_is_attached_to_an_order_that_is_gone(client: httpx.AsyncClient, run: Run) -> None:
    source = name("SO")
    await post(client, "/v1/orders", order(source))
    await rule(client, "order")
    await run()
    late = await client.post("/v1/payments", json={"order": key(source), **MONEY, "paid_at": AT})
    assert (late.status_code, late.json()["code"]) == (422, "unknown_order")


async def test_an_order_that_somebody_writes_to_is_left_for_the_next_run(
    client: httpx.AsyncClient, interaction: Running, run: Run
) -> None:
    made = await post(client, "/v1/orders", order(name("SO")))
    await rule(client, "order")
    async with interaction.database.pool.acquire() as other, other.transaction():
        await other.execute("select 1 from interaction.orders where id = $1 for no key update", made["id"])
        assert counted((await run())["order delete"]) == (0, 0, 0, 0, 0)
    assert counted((await run())["order delete"]) == (1, 1, 0, 0, 0)
