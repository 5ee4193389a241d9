"""The life of a run: asked for, done once, cancelled, taken over, given up."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.scoring.runs import actions as runs
from services.scoring.valuing import working
from services.scoring.valuing.child import ComputingError, KilledError
from shared.ids import uuid7
from tests.services.scoring.base import Base, cdnow, rate

FIGURES = ("customer_id", "as_of", "tier", "rank", "realized", "prediction", "rfm", "parts", "coverage")


@pytest.fixture(scope="module")
async def bought(base: Base) -> Base:
    """A base of 600 customers."""
    customers, orders = cdnow(600, "CNY")
    await base.customers(*customers)
    await base.facts_told(*orders)
    return base


async def asked(client: httpx.AsyncClient, **body: Any) -> str:
    answer = await client.post("/v1/scoring-runs", json={"as_of": "1998-06-30", **body})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/scoring-runs/{answer.json()['id']}"
    return str(answer.json()["id"])


async def state(client: httpx.AsyncClient, run: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/v1/scoring-runs/{run}")).json()
    return found


async def figures(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    items = (await client.get("/v1/scores", params={"limit": 1000})).json()["items"]
    return [{name: score[name] for name in FIGURES} for score in items]


async def test_a_run_scores_everybody(bought: Base, client: httpx.AsyncClient) -> None:
    run = await bought.run(as_of="1998-06-30")
    assert (run["status"], run["customers"], run["predicts"], run["pinned"]) == ("done", 600, True, True)
    assert {one["kind"]: one["status"] for one in run["estimator_versions"]}["mbg_nbd"] == "ok"
    assert len(await figures(client)) == 600
    one = run["estimator_versions"][0]
    assert (await client.get(f"/v1/estimators/{one['id']}")).json() == one
    listed = (await client.get("/v1/estimators", params={"kind": one["kind"], "limit": 1})).json()
    assert listed["items"] == [one]


async def test_two_runs_of_the_same_say_the_same_and_name_the_same_data(
    bought: Base, client: httpx.AsyncClient
) -> None:
    first = await bought.run(as_of="1998-06-30")
    before = await figures(client)
    second = await bought.run(as_of="1998-06-30")
    assert await figures(client) == before
    hashes = [{one["kind"]: one["data_hash"] for one in run["estimator_versions"]} for run in (first, second)]
    assert hashes[0] == hashes[1]


async def test_learning_from_fewer_days_changes_the_parameters(bought: Base) -> None:
    later = await bought.run(as_of="1998-06-30")
    earlier = await bought.run(as_of="1998-06-30", fitted_to="1998-03-31")
    assert [run["estimator_versions"][0]["cut_off"] for run in (later, earlier)] == [
        "1998-06-30",
        "1998-03-31",
    ]
    parameters = [run["estimator_versions"][0]["parameters"] for run in (later, earlier)]
    assert parameters[0] != parameters[1]


async def test_only_the_named_may_be_learned_from(bought: Base) -> None:
    run = await bought.run(as_of="1998-06-30", fitted_on={"identity_system": "nobody"})
    assert (run["customers"], run["predicts"], run["fitted_on"]) == (
        600,
        False,
        {"identity_system": "nobody"},
    )
    assert run["estimator_versions"][0]["figures"]["customers"] == 0


async def test_states_and_facts_give_the_same_scores(bought: Base, client: httpx.AsyncClient) -> None:
    """The reporting currency is read from states, another one is counted from facts at a rate of one."""
    await bought.facts_told(rate("CNY", "XXX", "1996-01-01", "1"))
    await bought.run(as_of="1998-06-30")
    of_states = await figures(client)
    await bought.run(as_of="1998-06-30", currency="XXX")
    of_facts = await figures(client)
    assert of_facts[0]["realized"]["currency"] == "XXX"
    text = str(of_facts).replace("XXX", "CNY")
    assert text == str(of_states)


async def test_a_queued_run_is_cancelled(client: httpx.AsyncClient) -> None:
    run = await asked(client)
    cancelled = await client.post(f"/v1/scoring-runs/{run}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    again = await client.post(f"/v1/scoring-runs/{run}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "run_ended")
    assert (await client.post(f"/v1/scoring-runs/{uuid7()}/cancel")).status_code == 404


async def test_a_cancelled_run_publishes_nothing(
    bought: Base, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bought.run(as_of="1998-06-30")
    before = (await client.get("/v1/tiers")).json()
    run = await asked(client, as_of="1998-05-31")
    real = working.carry_out

    async def cancelled_meanwhile(job: Any, **more: Any) -> None:
        await client.post(f"/v1/scoring-runs/{run}/cancel")
        await real(job, **more)

    monkeypatch.setattr(working, "carry_out", cancelled_meanwhile)
    await bought.worker.run_once()
    assert (await state(client, run))["status"] == "cancelled"
    assert (await client.get("/v1/tiers")).json() == before


async def test_one_worker_at_a_time_has_a_run(bought: Base, client: httpx.AsyncClient) -> None:
    pool = bought.scoring.database.pool
    queued = [await asked(client) for _ in range(3)]
    claimed = await asyncio.gather(*(runs.claim(pool, uuid7()) for _ in range(8)))
    mine = [run for run in claimed if run is not None]
    assert [str(run["id"]) for run in mine] == queued[:1]
    for run in queued:
        await client.post(f"/v1/scoring-runs/{run}/cancel")


async def test_a_run_of_a_dead_worker_is_taken_over(bought: Base, client: httpx.AsyncClient) -> None:
    pool, dead = bought.scoring.database.pool, uuid7()
    run = await asked(client)
    assert await runs.claim(pool, dead) is not None
    assert await runs.claim(pool, uuid7()) is None
    await pool.execute("update scoring.scoring_runs set leased_until = now() where id = $1", UUID(run))
    await bought.worker.run_once()
    done = await state(client, run)
    assert (done["status"], done["attempts"]) == ("done", 2)
    with pytest.raises(runs.Lost):
        await runs.beat(pool, UUID(run), dead, 0.5)


async def test_a_run_that_kills_its_workers_is_given_up(bought: Base, client: httpx.AsyncClient) -> None:
    pool, run = bought.scoring.database.pool, await asked(client)
    for _ in range(runs.MOST_ATTEMPTS):
        assert await runs.claim(pool, uuid7()) is not None
        await pool.execute("update scoring.scoring_runs set leased_until = now() where id = $1", UUID(run))
    assert await runs.claim(pool, uuid7()) is None
    ended = await state(client, run)
    assert (ended["status"], "attempts" in ended["error"]) == ("failed", True)


@pytest.mark.parametrize(
    ("error", "status"), [(ComputingError("no peak"), "failed"), (KilledError("9"), "running")]
)
async def test_what_fails_is_said_and_what_was_killed_is_tried_again(
    bought: Base, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, error: Exception, status: str
) -> None:
    async def failing(*_: object, **__: object) -> None:
        raise ExceptionGroup("of a task group", [error])

    monkeypatch.setattr(working, "carry_out", failing)
    run = await asked(client)
    await bought.worker.run_once()
    ended = await state(client, run)
    assert (ended["status"], ended["error"]) == (status, "no peak" if status == "failed" else None)
    await client.post(f"/v1/scoring-runs/{run}/cancel")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"as_of": "1997-09-30", "fitted_to": "1997-10-01"}, "/fitted_to"),
        ({"estimator": "gamma_gamma"}, "/estimator"),
        ({"as_of": "yesterday"}, "/as_of"),
        ({"currency": "usd"}, "/currency"),
        ({"fitted_on": {}}, "/fitted_on/identity_system"),
    ],
)
async def test_what_cannot_be_run_is_refused(client: httpx.AsyncClient, body: object, pointer: str) -> None:
    answer = await client.post("/v1/scoring-runs", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_key_asks_once(client: httpx.AsyncClient) -> None:
    answers = [
        await client.post("/v1/scoring-runs", json={}, headers={"Idempotency-Key": "once"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert answers[1].headers["idempotency-replayed"] == "true"
    await client.post(f"/v1/scoring-runs/{answers[0].json()['id']}/cancel")


async def test_runs_are_listed_newest_first(client: httpx.AsyncClient) -> None:
    found, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = (await client.get("/v1/scoring-runs", params={"limit": 3, "status": "done", **more})).json()
        found += [run["requested_at"] for run in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert len(found) > 3
    assert found == sorted(found, reverse=True)
