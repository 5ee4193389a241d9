"""Back-tests over HTTP: asked for, done origin by origin, kept, drawn, and gone on with after a death."""

from typing import Any

import httpx
import pytest

from jobs.working import work_once
from services.scoring import estimators
from services.scoring.apart.process import KilledError
from services.scoring.backtests import running
from services.scoring.backtests.running import KIND, BacktestRun
from services.scoring.backtests.schemas import BacktestPage, BacktestRead, BacktestReport
from services.scoring.base import JOBS
from shared.ids import uuid7
from tests.services.scoring.base import Base, cdnow
from tests.services.scoring.charts.rendering import drawn
from tests.services.scoring.test_documented import differences

ASKED = {"until": "1998-06-30", "origins": 3, "holdout_weeks": 13, "step_weeks": 8}
CUT_OFFS = ["1997-12-09", "1998-02-03", "1998-03-31"]


@pytest.fixture(scope="module")
async def bought(base: Base, here: None) -> Base:
    """A base of 600 customers."""
    customers, orders = cdnow(600, "CNY")
    await base.customers(*customers)
    await base.facts_told(*orders)
    return base


async def asked(client: httpx.AsyncClient) -> str:
    answer = await client.post("/v1/backtests", json=ASKED)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/backtests/{answer.json()['id']}"
    return str(answer.json()["id"])


async def work(base: Base) -> bool:
    return await work_once(base.scoring.database, JOBS, {KIND: BacktestRun(base.scoring.database)})


@pytest.fixture(scope="module")
async def done(bought: Base, client: httpx.AsyncClient) -> dict[str, Any]:
    """A back-test that has been done."""
    id_ = await asked(client)
    assert await work(bought)
    found: dict[str, Any] = (await client.get(f"/v1/backtests/{id_}")).json()
    return found


async def test_a_back_test_says_who_is_best(done: dict[str, Any]) -> None:
    assert (done["status"], done["counts"]["origins"]) == ("done", 3), done
    assert done["parameters"] == {**ASKED, "currency": "CNY", "parameters_by": []}
    found = {one["estimator"]: one for one in done["counts"]["estimators"]}
    assert list(found) == list(estimators.ESTIMATORS)
    assert done["counts"]["champion"] in found
    best = found[done["counts"]["champion"]]
    assert best["rmse"] <= 1.01 * min(one["rmse"] for one in found.values())
    assert best["bias_spread"] > 0


async def test_its_report_learns_what_a_run_up_to_the_cut_off_learns(
    done: dict[str, Any], bought: Base, client: httpx.AsyncClient
) -> None:
    report = (await client.get(f"/v1/backtests/{done['id']}/report")).json()
    assert [origin["cut_off"] for origin in report["items"]] == CUT_OFFS
    run = await bought.run(as_of="1998-06-30", fitted_to=CUT_OFFS[0])
    figures = run["estimator_versions"][0]["figures"]
    first = report["items"][0]
    assert (first["customers"], first["repeat_buyers"]) == (figures["customers"], figures["repeat_buyers"])
    rows = first["estimators"][0]["deciles"]
    assert first["purchases"] == pytest.approx(sum(row["actual"] * row["customers"] for row in rows))


async def test_it_is_as_documented_and_listed(done: dict[str, Any], client: httpx.AsyncClient) -> None:
    path = f"/v1/backtests/{done['id']}"
    report = (await client.get(f"{path}/report", params={"include": "chart"})).json()
    assert drawn(report["chart"])["line"] >= 3
    assert not differences((await client.get(f"{path}/report")).json(), BacktestReport)
    assert not differences(done, BacktestRead)
    page = (await client.get("/v1/backtests", params={"status": "done"})).json()
    assert not differences(page, BacktestPage)
    assert done in page["items"]
    assert (await client.get(f"/v1/backtests/{uuid7()}/report")).status_code == 404


async def test_after_a_death_it_goes_on_where_it_was(
    bought: Base, done: dict[str, Any], client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_, real, computed = await asked(client), running.apart, list[int]()

    async def dying(module: str, head: dict[str, Any], *arrays: Any) -> Any:
        computed.append(head["cut_off"])
        if len(computed) == 2:
            raise KilledError("signal 9")
        return await real(module, head, *arrays)

    monkeypatch.setattr(running, "apart", dying)
    with pytest.raises(OSError, match="signal 9"):
        await work(bought)
    assert (await client.get(f"/v1/backtests/{id_}")).json()["counts"]["origins"] == 1
    await bought.scoring.database.pool.execute("update scoring.jobs set leased_until = now()")
    assert await work(bought)
    resumed = (await client.get(f"/v1/backtests/{id_}")).json()
    assert resumed["status"] == "done"
    for name in ("origins", "estimators", "champion"):
        assert resumed["counts"][name] == done["counts"][name]
    assert len(set(computed)) == 3
    assert len(computed) == 4


@pytest.mark.parametrize(
    ("body", "pointer"), [({"origins": 2}, "/origins"), ({"holdout_weeks": 0}, "/holdout_weeks")]
)
async def test_what_cannot_be_tested_is_refused(
    client: httpx.AsyncClient, body: object, pointer: str
) -> None:
    answer = await client.post("/v1/backtests", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
