"""Champions: approved with a reason, scored with as they are, replaced, and gone back to."""

from typing import Any

import httpx
import pytest

from tests.services.scoring.base import Base, cdnow

FIGURES = ("customer_id", "as_of", "tier", "rank", "realized", "prediction", "rfm", "parts", "coverage")
DAY = "1998-06-30"


@pytest.fixture(scope="module")
async def bought(base: Base, here: None) -> Base:
    """A base of 600 customers."""
    customers, orders = cdnow(600, "CNY")
    await base.customers(*customers)
    await base.facts_told(*orders)
    return base


@pytest.fixture(scope="module")
async def fits(bought: Base) -> list[dict[str, Any]]:
    """Two runs that fitted, the first one up to March."""
    return [await bought.run(as_of=DAY, fitted_to=day, estimator="mbg_nbd") for day in ("1998-03-31", DAY)]


def of(run: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(one for one in run["estimator_versions"] if one["kind"] == kind)


async def figures(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    items = (await client.get("/v1/scores", params={"limit": 1000})).json()["items"]
    return [{name: score[name] for name in FIGURES} for score in items]


async def read(client: httpx.AsyncClient, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/v1/estimators/{id_}")).json()
    return found


async def approve(client: httpx.AsyncClient, id_: str, reason: str, **more: Any) -> httpx.Response:
    version = (await read(client, id_))["version"]
    body, headers = {"reason": reason, "rescore": False, **more}, {"If-Match": f'"{version}"'}
    return await client.post(f"/v1/estimators/{id_}/approve", json=body, headers=headers)


async def test_a_run_scores_with_exactly_the_fit_that_is_named(
    fits: list[dict[str, Any]], bought: Base, client: httpx.AsyncClient
) -> None:
    earlier, later = fits
    after_the_later = await figures(client)
    fit = of(earlier, "mbg_nbd")
    run = await bought.run(as_of=DAY, estimator_version=fit["id"])
    assert (run["status"], run["fits"], run["estimator_version"]) == ("done", False, fit["id"])
    assert {one["id"] for one in run["estimator_versions"]} == {fit["id"], of(earlier, "gamma_gamma")["id"]}
    with_the_earlier = await figures(client)
    assert with_the_earlier != after_the_later
    await bought.run(as_of=DAY, fitted_to="1998-03-31", estimator="mbg_nbd")
    assert await figures(client) == with_the_earlier, "the same as fitting to the same day again"
    await bought.run(as_of=DAY, estimator_version=of(later, "mbg_nbd")["id"])
    assert await figures(client) == after_the_later


async def test_one_is_champion_with_its_spend_and_the_other_retires(
    fits: list[dict[str, Any]], client: httpx.AsyncClient
) -> None:
    earlier, later = fits
    for run, reason in ((earlier, "It is the first."), (later, "It is newer.")):
        answer = await approve(client, of(run, "mbg_nbd")["id"], reason)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        assert (made["life"], made["approved_because"]) == ("champion", reason)
        assert made["approved_by"]
        assert made["approved_at"]
        now = (await client.get("/v1/estimators", params={"life": "champion"})).json()["items"]
        assert {one["id"] for one in now} == {of(run, kind)["id"] for kind in ("mbg_nbd", "gamma_gamma")}
    assert (await read(client, of(earlier, "mbg_nbd")["id"]))["life"] == "retired"
    history = (await client.get(f"/v1/estimators/{of(earlier, 'mbg_nbd')['id']}/history")).json()["items"]
    lives = [one["changes"]["life"]["to"] for one in history if "life" in one["changes"]]
    assert lives == ["retired", "champion"]


async def test_who_goes_back_gets_the_same_scores_again(
    fits: list[dict[str, Any]], bought: Base, client: httpx.AsyncClient
) -> None:
    earlier, later = (of(run, "mbg_nbd")["id"] for run in fits)
    assert (await approve(client, earlier, "First")).status_code == 200
    first = await bought.run(as_of=DAY)
    before = await figures(client)
    assert (first["estimator_version"], first["fits"]) == (earlier, False), "the champion, unasked"
    assert (await approve(client, later, "Newer")).status_code == 200
    await bought.run(as_of=DAY)
    assert await figures(client) != before
    answer = await approve(client, earlier, "The newer one was wrong.", rescore=True)
    assert answer.status_code == 200
    (asked,) = (await client.get("/v1/scoring-runs", params={"status": "queued"})).json()["items"]
    assert (asked["reason"], asked["estimator_version"], asked["pinned"]) == ("approved", earlier, False)
    await client.post(f"/v1/scoring-runs/{asked['id']}/cancel")
    await bought.run(as_of=DAY)
    assert await figures(client) == before


async def test_who_has_seen_another_version_is_told_so(
    fits: list[dict[str, Any]], client: httpx.AsyncClient
) -> None:
    path, body = f"/v1/estimators/{of(fits[0], 'bg_nbd')['id']}/approve", {"reason": "?"}
    assert (await client.post(path, json=body)).status_code == 428
    assert (await client.post(path, json=body, headers={"If-Match": '"99"'})).status_code == 412
    champions = (await client.get("/v1/estimators", params={"life": "champion"})).json()["items"]
    assert len(champions) == 2, "what was refused has changed nothing"


async def test_what_cannot_predict_is_no_champion(
    fits: list[dict[str, Any]], bought: Base, client: httpx.AsyncClient
) -> None:
    spend = await approve(client, of(fits[0], "gamma_gamma")["id"], "Why not?")
    assert (spend.status_code, spend.json()["code"]) == (409, "no_champion")
    empty = await bought.run(as_of=DAY, fitted_on={"identity_system": "nobody"})
    unsound = await approve(client, of(empty, "mbg_nbd")["id"], "Why not?")
    assert (unsound.status_code, unsound.json()["code"]) == (409, "no_champion")


async def test_a_fit_of_before_takes_nothing_beside_it(
    fits: list[dict[str, Any]], client: httpx.AsyncClient
) -> None:
    fit, unsound = of(fits[1], "mbg_nbd")["id"], of(fits[1], "gamma_gamma")["id"]
    for body, code in (
        ({"estimator_version": fit, "estimator": "bg_nbd"}, "contradicts"),
        ({"estimator_version": fit, "as_of": "1998-01-01"}, "after_as_of"),
        ({"estimator_version": fit, "currency": "USD"}, "other_currency"),
        ({"estimator_version": unsound}, "unknown"),
    ):
        error = (await client.post("/v1/scoring-runs", json=body)).json()["errors"][0]
        assert (error["pointer"], error["code"]) == ("/estimator_version", code)


async def test_settings_are_changed_by_who_has_seen_them(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/scoring-settings")
    assert answer.json()["approval"] == "person"
    headers = {"If-Match": answer.headers["etag"]}
    changed = await client.put("/v1/scoring-settings", json={"refit_days": 14}, headers=headers)
    assert (changed.status_code, changed.json()["refit_days"]) == (200, 14)
    stale = await client.put("/v1/scoring-settings", json={"refit_days": 1}, headers=headers)
    assert stale.status_code == 412
    back = {"If-Match": changed.headers["etag"]}
    assert (await client.put("/v1/scoring-settings", json={"refit_days": 7}, headers=back)).status_code == 200
