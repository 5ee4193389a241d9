"""What interaction tells others: every kind of record, in the rendering of its own resource."""

from typing import Any

import asyncpg
import httpx

from feed.sequencer import stamp
from services.interaction.base import FEED
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.test_orders import AT, key, order
from tests.support.running import Running


async def test_each_kind_is_told_as_it_is_shown(client: httpx.AsyncClient, interaction: Running) -> None:
    sale = name("SO")
    money = {"currency": "CNY", "order": key(sale)}
    records: dict[str, dict[str, Any]] = {
        "interactions": contact(key(name())),
        "products": {"name": "Tea"},
        "orders": order(sale),
        "payments": {"paid_at": AT, "amount": "1", **money},
        "returns": {"returned_at": AT, "lines": [{"amount": "1"}], **money},
    }
    made = {path: (await client.post(f"/v1/{path}", json=body)).json() for path, body in records.items()}
    connection = await asyncpg.connect(interaction.settings.database_url)
    while await stamp(connection, FEED):
        pass
    await connection.close()
    page = (await client.get("/v1/changes", params={"limit": 2000})).json()
    assert page["up_to_date"]
    told = {item["subject"]: item for item in page["items"]}
    types = {path: told[body["id"]]["type"] for path, body in made.items()}
    assert types == {
        "interactions": "interaction.recorded",
        "products": "product.created",
        "orders": "order.created",
        "payments": "payment.created",
        "returns": "return.created",
    }
    for body in made.values():
        item = told[body["id"]]
        assert item["data"] == body
        assert (item["version"], item["data_version"], item["origin"]) == (1, 1, "test")
    snapshot = (await client.get("/v1/changes/snapshot", params={"kind": "order"})).json()
    assert made["orders"] in [item["data"] for item in snapshot["items"]]
