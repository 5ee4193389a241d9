"""Forecasts of the base over HTTP: groups add up, quantiles are in order, and a cold start says so."""

from typing import Any
from unittest.mock import patch

import httpx
import pytest

from jobs.working import work_once
from services.scoring.base import JOBS
from services.scoring.base_forecasts import computing, running
from services.scoring.base_forecasts.running import KIND, BaseForecast
from services.scoring.base_forecasts.schemas import BaseForecastRead
from tests.services.scoring.base import Base, cdnow, customer, order


async def here(_: str, head: Any, *arrays: Any) -> Any:
    """Compute in this process."""
    return computing.work(head, arrays)


async def forecast(base: Base, client: httpx.AsyncClient, **asked: object) -> dict[str, Any]:
    """Ask for a forecast, let the worker do it, and return the job."""
    answer = await client.post("/v1/base-forecasts", json=asked)
    assert answer.status_code == 202, answer.text
    with patch.object(running, "apart", here):
        while await work_once(base.scoring.database, JOBS, {KIND: BaseForecast(base.scoring.database)}):
            pass
    found: dict[str, Any] = (await client.get(answer.headers["location"])).json()
    BaseForecastRead.model_validate(found)
    return found


@pytest.fixture(scope="module")
async def cold(base: Base, client: httpx.AsyncClient) -> dict[str, Any]:
    """What is said while there are too few customers."""
    await base.customers(customer("only"))
    await base.facts_told(order("only order", "only", "1997-01-01", "5.00", currency="CNY"))
    await base.run(as_of="1997-09-30")
    return await forecast(base, client)


@pytest.fixture(scope="module")
async def living(base: Base, cold: dict[str, Any]) -> Base:
    customers, orders = cdnow(800, "CNY")
    await base.customers(*customers)
    await base.facts_told(*orders)
    await base.run(as_of="1997-09-30")
    return base


def test_too_few_customers_are_a_failure_with_its_reason(cold: dict[str, Any]) -> None:
    assert cold["status"] == "failed"
    assert "too few customers" in cold["error"]


@pytest.mark.parametrize(("by", "count"), [("tier", 4), ("segment", 3), ("nothing", 0)])
async def test_groups_add_up_to_all_customers(
    living: Base, client: httpx.AsyncClient, by: str, count: int
) -> None:
    found = (await forecast(living, client, weeks=39, by=by))["counts"]
    whole, *groups = found["groups"]
    assert (whole["key"], len(groups), found["as_of"]) == (None, count, "1997-09-30")
    for group in found["groups"]:
        spread = [float(group["value"][name]["amount"]) for name in ("p10", "p50", "p90")]
        assert spread == sorted(spread)
        assert group["purchases"]["p10"] < group["purchases"]["mean"] < group["purchases"]["p90"]
        assert 0 < group["by_parameters"] < 1
    if groups:
        for amount in (lambda one: one["customers"], lambda one: one["purchases"]["mean"]):
            assert sum(map(amount, groups)) == pytest.approx(amount(whole))
        value = sum(float(one["value"]["mean"]["amount"]) for one in groups)
        assert value == pytest.approx(float(whole["value"]["mean"]["amount"]), abs=0.05)


async def test_it_held_what_was_bought_then(living: Base, client: httpx.AsyncClient) -> None:
    """The orders of the 39 weeks after, which the fit did not see, lie within p10 and p90 or near."""
    (whole,) = (await forecast(living, client, weeks=39, by="nothing"))["counts"]["groups"]
    _, orders = cdnow(800, "CNY")
    later = {
        (one.data["customer_id"], one.data["placed_at"][:10])
        for one in orders
        if one.data["placed_at"] >= "1997-10-01"
    }
    known = {one.data["customer_id"] for one in orders if one.data["placed_at"] < "1997-10-01"}
    bought = sum(who in known for who, _ in later)
    assert 0.8 * whole["purchases"]["p10"] < bought < 1.2 * whole["purchases"]["p90"]


@pytest.mark.parametrize("body", [{"weeks": 0}, {"by": "owner"}, {"discount": -1}])
async def test_what_cannot_be_is_refused(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    assert (await client.post("/v1/base-forecasts", json=body)).status_code == 422
