"""Answers are what the documented schemas say, all of it and nothing else."""

from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from services.scoring.runs.schemas import ScoringRunPage, ScoringRunRead
from services.scoring.scores.schemas import ScorePage, ScoreRead
from services.scoring.states.schemas import ScoringStatus
from services.scoring.tiers.schemas import TierPyramid
from services.scoring.versions.schemas import EstimatorVersionPage, EstimatorVersionRead
from tests.services.scoring.base import Base, cdnow, customer, order


@pytest.fixture(scope="module")
async def paths(base: Base, client: httpx.AsyncClient) -> dict[str, str]:
    """A base with predictions, one customer without, one with costs, a rate; return ids for the paths."""
    customers, orders = cdnow(600, "CNY")
    await base.customers(*customers, customer("prospect"), customer("costly"))
    await base.facts_told(
        *orders, order("costly", "costly", "1998-01-01", "10.00", cost="4.00", currency="CNY")
    )
    run = await base.run(as_of="1998-06-30", fitted_on={"identity_system": "cdnow"})
    return {"run": run["id"], "version": run["estimator_versions"][0]["id"]}


def differences(shown: Any, model: type[BaseModel]) -> set[str]:
    """Return the members that one has and the other has not, at every level."""
    strict = model.model_validate(shown).model_dump(mode="json")
    return _paths(shown) ^ _paths(strict)


def _paths(value: Any, at: str = "") -> set[str]:
    if isinstance(value, dict):
        return {at}.union(*(_paths(inner, f"{at}/{key}") for key, inner in value.items()))
    if isinstance(value, list):
        return {at}.union(*(_paths(inner, f"{at}/{number}") for number, inner in enumerate(value)))
    return {at}


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/v1/scores", ScorePage),
        ("/v1/scores/cdnow:00004", ScoreRead),
        ("/v1/scores/cdnow:costly", ScoreRead),
        ("/v1/scores/cdnow:prospect", ScoreRead),
        ("/v1/tiers", TierPyramid),
        ("/v1/scoring-runs", ScoringRunPage),
        ("/v1/scoring-runs/{run}", ScoringRunRead),
        ("/v1/estimators", EstimatorVersionPage),
        ("/v1/estimators/{version}", EstimatorVersionRead),
        ("/v1/scoring-status", ScoringStatus),
        ("/v1/scoring-status?identity_system=cdnow", ScoringStatus),
    ],
)
async def test_an_answer_is_as_documented(
    paths: dict[str, str], client: httpx.AsyncClient, path: str, model: type[BaseModel]
) -> None:
    answer = await client.get(path.format(**paths))
    assert answer.status_code == 200, answer.text
    assert not differences(answer.json(), model)


async def test_known_costs_make_a_margin_part_for_everybody(
    paths: dict[str, str], client: httpx.AsyncClient
) -> None:
    for name in ("costly", "00004"):
        parts = (await client.get(f"/v1/scores/cdnow:{name}")).json()["parts"]
        assert [part["name"] for part in parts][-1] == "margin_rate"
        assert parts[-1]["factor"] == pytest.approx(0.6)


async def test_tags_answer_for_what_has_not_changed(paths: dict[str, str], client: httpx.AsyncClient) -> None:
    for path in ("/v1/scoring-runs/{run}", "/v1/estimators/{version}"):
        answer = await client.get(path.format(**paths))
        again = await client.get(path.format(**paths), headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/v1/scores", "/v1/scoring-runs", "/v1/estimators"])
async def test_a_foreign_cursor_or_limit_is_refused(client: httpx.AsyncClient, path: str) -> None:
    for query in ({"cursor": "AAAA"}, {"limit": 0}, {"limit": 1001}, {"limt": 5}):
        answer = await client.get(path, params=query)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, next(iter(query)))
