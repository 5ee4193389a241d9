"""Back-tests over HTTP: asking for one, watching it, and everything that it found."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from jobs.routes import Kind, job_router
from services.scoring.backtests.pictures import calibration
from services.scoring.backtests.running import ASKED, KIND, NOTHING, ORIGINS, parameters
from services.scoring.backtests.schemas import BacktestCreate, BacktestPage, BacktestRead, BacktestReport
from services.scoring.base import JOBS
from services.scoring.charts.specification import Included
from shared.auth import Principal, allow
from shared.database import Transaction
from shared.errors import Invalid, NotFound, documents
from web.app import answer, core
from web.hot import hot
from web.once import Answer, once

PATH = "/v1/backtests"
CanRead = Annotated[Principal, allow("scores:read")]
CanRun = Annotated[Principal, allow("scoring:run")]
router = APIRouter(prefix=PATH, tags=["backtests"])
jobs_router = job_router(
    JOBS,
    Kind(KIND, PATH, "backtest", BacktestRead, BacktestPage, allow("scores:read"), allow("scoring:run")),
)


@router.post("", status_code=202, response_model=BacktestRead, responses=documents(Invalid))
@hot
async def create_backtest(body: BacktestCreate, request: Request, principal: CanRun) -> Response:
    """Queue a back-test of every estimator; poll the Location, or watch its events."""

    async def act(tx: Transaction) -> Answer:
        given = await parameters(tx.connection, body, tx.at.date(), core(request).settings.currency)
        job = await JOBS.ask(tx, KIND, given, NOTHING)
        row = await JOBS.sql.one.one(tx.connection, kind=KIND, job=job)
        if row is None:
            raise NotFound
        return Answer(row["data"], 202, row["version"], f"{PATH}/{job}")

    return await once(request, principal, act)


@router.get(
    "/{id}/report",
    response_model=BacktestReport,
    responses=documents(NotFound, Invalid),
)
@hot
async def get_backtest_report(
    request: Request,
    _: CanRead,
    id: UUID,  # noqa: A002 - the path's word
    include: Included = None,
) -> Response:
    """Return all figures of each origin, with the calibration tables; those of the origins done so far."""
    pool = core(request).database.pool
    asked = await ASKED.value(pool, job=id)
    if asked is None:
        raise NotFound
    length = timedelta(weeks=asked["holdout_weeks"])
    items = [
        {"cut_off": row["cut_off"], "until": row["cut_off"] + length, **row["found"]}
        for row in await ORIGINS.all(pool, job=id)
    ]
    drawn = calibration(items[-1]) if include and items else None
    return answer({"id": id, "currency": asked["currency"], "items": items, "chart": drawn})


ROUTERS = (router, jobs_router)
