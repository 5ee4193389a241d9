"""Parameters by group, over HTTP: fitted, shown, scored with, explained, back-tested, chosen if better."""

from typing import Any

import httpx
import pytest

from jobs.working import work_once
from services.scoring.backtests.running import KIND, BacktestRun
from services.scoring.base import JOBS
from tests.services.scoring.base import Base, customer, id_of
from tests.services.scoring.grouping.two_kinds import SIZES, told

DAY = "2026-03-31"
SEGMENTS = {"method": "segments", "dimensions": ["customer_class"]}
COVARIATES = {"method": "covariates", "dimensions": ["customer_class", "region"]}


@pytest.fixture(scope="module")
async def bought(base: Base, here: None) -> Base:
    """Customers of three classes and two regions."""
    customers, orders = told()
    await base.customers(*customers)
    await base.facts_told(*orders)
    return base


@pytest.fixture(scope="module")
async def plain(bought: Base) -> dict[str, Any]:
    """A run with the same parameters for everybody."""
    return await bought.run(as_of=DAY, estimator="mbg_nbd")


@pytest.fixture(scope="module")
async def alone(bought: Base, plain: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By large class, what a run that knows that class only learns, and how it scores its first customer."""
    found = {}
    for kind in ("trade", "retail"):
        run = await bought.run(as_of=DAY, fitted_on={"identity_system": kind})
        found[kind] = {**of(run), "score": await score(bought.scoring.client(), f"{kind}:{kind}-1")}
    return found


@pytest.fixture(scope="module")
async def segments(bought: Base, alone: dict[str, Any]) -> dict[str, Any]:
    """A run by class."""
    return await bought.run(as_of=DAY, parameters_by=SEGMENTS)


def of(run: dict[str, Any], by: Any = None, kind: str = "mbg_nbd") -> dict[str, Any]:
    (found,) = (
        one for one in run["estimator_versions"] if one["kind"] == kind and one["parameters_by"] == by
    )
    version: dict[str, Any] = found
    return version


async def score(client: httpx.AsyncClient, name: str, path: str = "", **params: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/scores/{name}{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def level(version: dict[str, Any], name: str | None) -> dict[str, Any]:
    (found,) = (one for one in version["groups"] if one["level"] == name)
    row: dict[str, Any] = found
    return row


async def test_a_segment_is_fitted_as_a_run_over_it_alone_would(
    segments: dict[str, Any], alone: dict[str, Any], plain: dict[str, Any]
) -> None:
    version = of(segments, SEGMENTS)
    assert version["status"] == "ok"
    assert version["parameters"] == of(plain)["parameters"], "everybody else's"
    for kind, other in alone.items():
        found = level(version, kind)
        assert found["parameters"] == pytest.approx(other["parameters"], rel=1e-6)
        assert found["standard_errors"] == pytest.approx(other["standard_errors"], rel=1e-5)
        assert (found["customers"], found["reason"]) == (SIZES[kind], "")
    small = level(version, "staff")
    assert (small["customers"], small["parameters"]) == (12, None)
    assert small["reason"] == "12 customers; at least 100 are needed"
    assert version["log_likelihood"] > of(plain)["log_likelihood"]
    assert version["data_hash"] != of(plain)["data_hash"], "levels are data"


async def test_everybody_is_scored_by_its_own_segment(
    segments: dict[str, Any], alone: dict[str, Any], client: httpx.AsyncClient
) -> None:
    for kind, other in alone.items():
        mine, theirs = (await score(client, f"{kind}:{kind}-1"))["prediction"], other["score"]["prediction"]
        for name in ("p_alive", "p_active", "purchases_12m"):
            assert mine[name] == pytest.approx(theirs[name], rel=1e-6), (kind, name)


async def test_explanations_and_suppositions_use_the_same_parameters(
    segments: dict[str, Any], client: httpx.AsyncClient
) -> None:
    for name in ("trade:trade-1", "retail:retail-1", "staff:staff-1"):
        said = await score(client, name)
        why = await score(client, name, "/explanation")
        assert why["reproduction"]["equal"] is True, name
        assert why["reproduction"]["exact"] is True
        assert of(segments, SEGMENTS)["id"] in {one["id"] for one in why["reproduction"]["estimators"]}
        parts = sum(float(one["contribution"]["amount"]) for one in why["factors"])
        assert parts == pytest.approx(float(why["difference"]["amount"]), abs=1e-9)
        supposed = await score(client, name, "/what-if", days_without_order=10)
        now = float(supposed["now"]["value"]["amount"])
        assert now == pytest.approx(float(said["prediction"]["value_12m"]["amount"]), rel=1e-9)


async def test_who_comes_into_another_class_is_scored_by_that_one_and_the_past_stays(
    segments: dict[str, Any], bought: Base, client: httpx.AsyncClient
) -> None:
    before = await score(client, "retail:retail-2")
    named = [{"system": "retail", "kind": "", "id": "retail-2"}]
    await bought.customers(customer("retail-2", 2, identities=named, customer_class="trade", region="north"))
    why = await score(client, "retail:retail-2", "/explanation")
    assert why["reproduction"]["equal"] is True, "what was said came from the class of then"
    version = of(segments, SEGMENTS)["id"]
    again = await bought.run(as_of=DAY, estimator_version=version)
    assert (again["status"], again["fits"], again["parameters_by"]) == ("done", False, SEGMENTS)
    after = await score(client, "retail:retail-2")
    assert after["prediction"]["p_alive"] != before["prediction"]["p_alive"]
    why = await score(client, "retail:retail-2", "/explanation")
    assert why["reproduction"]["equal"] is True
    back = customer("retail-2", 3, identities=named, customer_class="retail", region="north")
    await bought.customers(back)
    await bought.run(as_of=DAY, estimator_version=version)
    assert (await score(client, "retail:retail-2"))["prediction"] == before["prediction"]
    assert str(id_of("retail-2")) == before["customer_id"]


async def test_a_covariate_is_kept_only_where_it_foretells(
    bought: Base, segments: dict[str, Any], client: httpx.AsyncClient
) -> None:
    run = await bought.run(as_of=DAY, parameters_by=COVARIATES)
    version = of(run, COVARIATES)
    assert run["predicts"] is True
    trade, north = level(version, "trade"), level(version, "north")
    assert trade["effects"]["purchases"] > 2, "the trade buys more often"
    assert trade["effects"]["drop_out"] < 0.7
    assert level(version, "retail")["reason"] == "the reference"
    assert {north["reason"], level(version, "south")["reason"]} <= {
        "the reference",
        "does not foretell customers who were left out",
    }
    assert north["effects"] is None
    assert version["figures"]["held_out_gain"] > 0
    why = await score(client, "trade:trade-1", "/explanation")
    assert why["reproduction"]["equal"] is True


async def test_the_back_test_compares_them_and_the_better_one_is_proposed(
    bought: Base, segments: dict[str, Any], client: httpx.AsyncClient
) -> None:
    settings = await client.get("/v1/scoring-settings")
    body, tag = {"parameters_by": [SEGMENTS]}, {"If-Match": settings.headers["etag"]}
    assert (await client.put("/v1/scoring-settings", json=body, headers=tag)).status_code == 200
    asked = {"until": DAY, "origins": 3, "holdout_weeks": 13, "step_weeks": 6}
    answer = await client.post("/v1/backtests", json=asked)
    assert answer.json()["parameters"]["parameters_by"] == [SEGMENTS], "as the settings say"
    database = bought.scoring.database
    assert await work_once(database, JOBS, {KIND: BacktestRun(database)})
    done = (await client.get(answer.headers["location"])).json()
    assert done["status"] == "done", done
    found = {one["estimator"]: one for one in done["counts"]["estimators"]}
    mine = found["mbg_nbd, segments: customer_class"]
    assert len(found) == 6
    assert mine["rmse"] < found["mbg_nbd"]["rmse"]
    assert "segments" in done["counts"]["champion"]
    proposed = (await client.get(f"/v1/estimators/{done['counts']['proposed']}")).json()
    assert proposed["parameters_by"] == SEGMENTS
    headers = {"If-Match": f'"{proposed["version"]}"'}
    approval = {"reason": "Best in the back-test.", "rescore": False}
    approved = await client.post(f"/v1/estimators/{proposed['id']}/approve", json=approval, headers=headers)
    assert approved.status_code == 200, approved.text
    night = await bought.run(as_of=DAY)
    assert (night["estimator_version"], night["parameters_by"]) == (proposed["id"], SEGMENTS)


@pytest.mark.parametrize(
    "by",
    [
        {"method": "segments", "dimensions": ["region", "customer_class"]},
        {"method": "covariates", "dimensions": ["region", "region"]},
        {"method": "covariates", "dimensions": []},
        {"method": "segments", "dimensions": ["shoe_size"]},
    ],
)
async def test_what_parameters_cannot_differ_by_is_refused(client: httpx.AsyncClient, by: Any) -> None:
    answer = await client.post("/v1/scoring-runs", json={"parameters_by": by})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/parameters_by")
