"""Forecasts of the base over HTTP: asking for one, and watching it."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from jobs.routes import Kind, job_router
from services.scoring.base import JOBS
from services.scoring.base_forecasts.running import KIND, NOTHING
from services.scoring.base_forecasts.schemas import BaseForecastCreate, BaseForecastPage, BaseForecastRead
from shared.auth import Principal, allow
from shared.database import Transaction
from shared.errors import Invalid, NotFound, documents
from web.hot import hot
from web.once import Answer, once

PATH = "/v1/base-forecasts"
CanRun = Annotated[Principal, allow("scoring:run")]
router = APIRouter(prefix=PATH, tags=["base-forecasts"])
_kind = Kind(
    KIND,
    PATH,
    "base_forecast",
    BaseForecastRead,
    BaseForecastPage,
    allow("scores:read"),
    allow("scoring:run"),
)
jobs_router = job_router(JOBS, _kind)


@router.post("", status_code=202, response_model=BaseForecastRead, responses=documents(Invalid))
@hot
async def create_base_forecast(body: BaseForecastCreate, request: Request, principal: CanRun) -> Response:
    """Queue a forecast of what all customers together will buy; poll the Location, or watch its events."""

    async def act(tx: Transaction) -> Answer:
        job = await JOBS.ask(tx, KIND, body.model_dump(mode="json"), NOTHING)
        row = await JOBS.sql.one.one(tx.connection, kind=KIND, job=job)
        if row is None:
            raise NotFound
        return Answer(row["data"], 202, row["version"], f"{PATH}/{job}")

    return await once(request, principal, act)


ROUTERS = (router, jobs_router)
