"""RFM: 125 cells that add up, whose customers can be listed, and a picture."""

from datetime import UTC, datetime

import httpx
import pytest

from services.scoring.rfm.cells import filled
from shared.auth import Principal, Visibility
from tests.services.scoring.base import Base, cdnow, customer, order
from tests.services.scoring.charts.rendering import drawn
from tests.support.running import Running


async def test_cells_add_up_and_lead_to_their_customers(
    base: Base, client: httpx.AsyncClient, scoring: Running
) -> None:
    base.at(datetime(1998, 7, 1, 12, tzinfo=UTC))
    customers, orders = cdnow(200, "CNY")
    await base.customers(*customers, customer("mine", owner="u-own"))
    await base.facts_told(*orders, order("m", "mine", "1998-06-30", "999.00", currency="CNY"))
    await base.run()
    report = (await client.get("/v1/rfm", params={"include": "chart"})).raise_for_status().json()
    cells = report["cells"]
    assert (len(cells), report["customers"]) == (125, 201)
    assert sum(cell["customers"] for cell in cells) == 201
    assert sum(cell["share"] for cell in cells) == pytest.approx(1)
    pyramid = (await client.get("/v1/tiers")).json()
    for name in ("value", "realized"):
        whole = sum(float(tier[name]["amount"]) for tier in pyramid["items"])
        assert sum(float(cell[name]["amount"]) for cell in cells) == pytest.approx(whole, abs=1)
    for cell in sorted(cells, key=lambda one: -one["customers"])[:5]:
        asked = {**{name: cell[name] for name in "rfm"}, "limit": 1000}
        listed = (await client.get("/v1/scores", params=asked)).json()["items"]
        assert len(listed) == cell["customers"]
        assert all(one["rfm"] == {name: cell[name] for name in "rfm"} for one in listed)
    assert drawn(report["chart"]).total() >= 25
    own = scoring.client(Principal("u-own", frozenset(("scores:read",)), visibility=Visibility.OWN))
    mine = [cell for cell in (await own.get("/v1/rfm")).json()["cells"] if cell["customers"]]
    assert [(cell["r"], cell["realized"]["amount"]) for cell in mine] == [(5, "999.00")]


def test_cells_without_customers_are_zero() -> None:
    cells = filled([{"r": 5, "f": 1, "m": 2, "customers": 3, "value": 1.5, "realized": 2.0}], "CNY")
    assert (cells[0]["r"], cells[0]["f"], cells[0]["m"], cells[0]["customers"]) == (5, 5, 5, 0)
    (one,) = (cell for cell in cells if cell["customers"])
    assert (one["share"], one["value"]["amount"]) == (1.0, "1.50")
    assert {cell["share"] for cell in filled([], "CNY")} == {0.0}
