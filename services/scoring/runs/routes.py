"""Asking for runs, and watching them."""

from typing import Annotated
from uuid import UUID

from asyncpg import Record
from fastapi import APIRouter
from sqlalchemy import Integer, Text, Uuid, bindparam, func, select, true
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from jobs.routes import LastEvent, events, events_of
from services.scoring.runs import actions
from services.scoring.runs.models import ScoringRun
from services.scoring.runs.queries import ONE, rendered
from services.scoring.runs.schemas import RunStatus, ScoringRunCreate, ScoringRunPage, ScoringRunRead
from shared.auth import Principal, allow
from shared.database import Transaction
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.statements import Runner, Statement
from web.app import answer, core
from web.hot import hot
from web.lists import LAST_ID, Paged, listed
from web.once import Answer, once

router = APIRouter(prefix="/v1/scoring-runs", tags=["scoring-runs"])
CanRead = Annotated[Principal, allow("scores:read")]
CanRun = Annotated[Principal, allow("scoring:run")]
_status = bindparam("status", type_=Text)
_PAGE = Statement(
    select(rendered().label("data"), ScoringRun.id)
    .where(
        ScoringRun.id < func.coalesce(bindparam("last_id", type_=Uuid), LAST_ID),
        func.coalesce(ScoringRun.status == _status, true()),
    )
    .order_by(ScoringRun.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


@router.post(
    "",
    status_code=202,
    response_model=ScoringRunRead,
    responses=documents(Unauthenticated, Forbidden, Invalid),
)
@hot
async def create_scoring_run(request: Request, principal: CanRun, body: ScoringRunCreate) -> Response:
    """Queue a run; poll the Location until its status is done, failed or cancelled."""

    async def act(tx: Transaction) -> Answer:
        run = await actions.ask(tx, body, currency=core(request).settings.currency)
        shown, version = await _shown(tx.connection, run)
        return Answer(shown, 202, version, f"/v1/scoring-runs/{run}")

    return await once(request, principal, act)


@router.get("", response_model=ScoringRunPage, responses=documents(Unauthenticated, Forbidden, Invalid))
@hot
async def list_scoring_runs(
    request: Request, _: CanRead, place: Paged, status: RunStatus | None = None
) -> Response:
    """List runs, newest first."""
    pool = core(request).database.pool
    return await listed(request, place, ("id",), lambda **given: _PAGE.all(pool, status=status, **given))


@router.get(
    "/{id}",
    response_model=ScoringRunRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, Invalid),
)
@hot
async def get_scoring_run(request: Request, _: CanRead, id: UUID) -> Response:  # noqa: A002 - the path's word
    """Return one run, with its progress."""
    shown, version = await _shown(core(request).database.pool, id)
    return answer(shown, version=version, request=request)


@router.get(
    "/{id}/events",
    responses={**documents(NotFound, Invalid), **events_of(ScoringRunRead)},
    response_class=StreamingResponse,
)
@hot
async def watch_scoring_run(
    request: Request,
    _: CanRead,
    id: UUID,  # noqa: A002 - as above
    last: LastEvent = None,
) -> Response:
    """Send the run as a server-sent event whenever it has changed, until it has ended."""
    pool = core(request).database.pool
    await _look(pool, id)
    told = events(_look, pool, id, last)
    return StreamingResponse(told, media_type="text/event-stream", headers={"cache-control": "no-store"})


@router.post(
    "/{id}/cancel",
    response_model=ScoringRunRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, actions.RunEnded, Invalid),
)
@hot
async def cancel_scoring_run(request: Request, principal: CanRun, id: UUID) -> Response:  # noqa: A002 - as above
    """End a run that has not ended; what it has not published is dropped."""

    async def act(tx: Transaction) -> Answer:
        await _shown(tx.connection, id)
        await actions.cancel(tx, id)
        return Answer(*await _cancelled(tx, id))

    return await once(request, principal, act)


async def _cancelled(tx: Transaction, run: UUID) -> tuple[object, int, int]:
    shown, version = await _shown(tx.connection, run)
    return shown, 200, version


async def _shown(on: Runner, run: UUID) -> tuple[object, int]:
    row = await _look(on, run)
    return row["data"], row["version"]


async def _look(on: Runner, run: UUID) -> Record:
    found = await ONE.one(on, id=run)
    if found is None:
        raise NotFound
    return found
