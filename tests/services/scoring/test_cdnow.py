"""The CDNOW sample from facts to figures, against the published ones."""

import math
from typing import Any

import httpx
import pytest

from tests.services.scoring.base import Base, cdnow

RUN = {"as_of": "1998-06-30", "fitted_to": "1997-09-30", "currency": "USD", "estimator": "mbg_nbd"}


@pytest.fixture(scope="module")
async def run(base: Base) -> dict[str, Any]:
    """Load the sample and carry out the demo's run."""
    customers, orders = cdnow()
    await base.customers(*customers)
    await base.facts_told(*orders)
    return await base.run(**RUN)


def version(run: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(one for one in run["estimator_versions"] if one["kind"] == kind)


async def test_fits_are_the_published_ones(run: dict[str, Any]) -> None:
    assert run["status"] == "done", run
    assert run["customers"] == 2357
    bg, mbg, spend = (version(run, kind) for kind in ("bg_nbd", "mbg_nbd", "gamma_gamma"))
    assert bg["figures"]["repeat_buyers"] == 946
    assert bg["figures"]["mean_frequency"] == pytest.approx(1.042427, abs=5e-7)
    assert bg["figures"]["mean_age"] == pytest.approx(32.7158, abs=1e-4)
    published = {"r": 0.2425946, "alpha": 4.413602, "a": 0.792922, "b": 2.425907}
    assert bg["parameters"] == pytest.approx(published, rel=2e-5)
    assert bg["log_likelihood"] >= -9582.4292 - 1e-3
    assert bg["figures"]["expected_purchases_52"] == pytest.approx(1.44401, abs=1e-5)
    published = {"r": 0.52484, "alpha": 6.18309, "a": 0.89136, "b": 1.61400}
    assert mbg["parameters"] == pytest.approx(published, rel=5e-4)
    assert mbg["log_likelihood"] >= -9582.136 - 1e-3
    assert spend["parameters"] == pytest.approx({"p": 6.2496, "q": 3.7442, "v": 15.4435}, rel=5e-4)
    assert spend["log_likelihood"] >= -4055.9177 - 1e-3
    assert spend["figures"]["correlation"] == pytest.approx(0.114, abs=5e-4)


async def test_parts_multiply_to_the_value(run: dict[str, Any], client: httpx.AsyncClient) -> None:
    page = (await client.get("/v1/scores", params={"limit": 1000})).json()
    assert len(page["items"]) == 1000
    for score in page["items"]:
        value = float(score["prediction"]["value_12m"]["amount"])
        assert abs(math.prod(part["factor"] for part in score["parts"]) - value) < 1e-9
        assert score["realized"]["currency"] == "USD"
        low, middle, high = (float(score["prediction"][name]["amount"]) for name in ("p10", "p50", "p90"))
        assert low <= middle <= high
    values = [float(score["prediction"]["value_12m"]["amount"]) for score in page["items"]]
    assert values == sorted(values, reverse=True)
    assert [score["rank"] for score in page["items"]] == list(range(1, 1001))


async def test_the_pyramid_has_its_shares(run: dict[str, Any], client: httpx.AsyncClient) -> None:
    pyramid = (await client.get("/v1/tiers")).json()
    assert [(tier["tier"], tier["customers"]) for tier in pyramid["items"]] == [
        ("vip", 24),
        ("major", 94),
        ("ordinary", 354),
        ("small", 1885),
    ]
    assert pyramid["as_of"] == "1998-06-30"
    assert 0.5 < pyramid["gini"] < 1
    assert sum(tier["value_share"] for tier in pyramid["items"]) == pytest.approx(1)


async def test_a_customer_is_found_by_its_foreign_name(
    run: dict[str, Any], client: httpx.AsyncClient
) -> None:
    answer = await client.get("/v1/scores/cdnow:00004")
    score = answer.json()
    assert score["realized"]["amount"] == "100.50"
    assert (score["purchase_days"], score["facts_after"], score["coverage"]) == (4, 0, 1.0)
    assert answer.headers["etag"] == f'"{score["version"]}"'
    again = await client.get(
        f"/v1/scores/{score['customer_id']}", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def test_nothing_changes_when_scored_again(
    run: dict[str, Any], base: Base, client: httpx.AsyncClient
) -> None:
    before = (await client.get("/v1/scores", params={"limit": 1000})).json()
    await base.settle()
    assert (await client.get("/v1/scores", params={"limit": 1000})).json() == before
