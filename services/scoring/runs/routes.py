"""Asking for runs, and watching them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import Integer, Text, Uuid, bindparam, select
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.runs import actions
from services.scoring.runs.models import ScoringRun
from services.scoring.runs.queries import ONE, rendered
from services.scoring.runs.schemas import RunStatus, ScoringRunCreate, ScoringRunPage, ScoringRunRead
from shared.auth import Principal, allow
from shared.database import Transaction
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.pagination import page, scope_of
from shared.statements import Runner, Statement
from web.app import answer, core
from web.hot import hot
from web.once import Answer, once

router = APIRouter(prefix="/v1/scoring-runs", tags=["scoring-runs"])
CanRead = Annotated[Principal, allow("scores:read")]
CanRun = Annotated[Principal, allow("scoring:run")]
_page = (
    select(rendered(), ScoringRun.id)
    .where(ScoringRun.id < bindparam("before", type_=Uuid))
    .order_by(ScoringRun.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_PAGE = Statement(_page)
_PAGE_OF = Statement(_page.where(ScoringRun.status == bindparam("status", type_=Text)))
_LAST = UUID(int=2**128 - 1)


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
    request: Request,
    _: CanRead,
    status: RunStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """List runs, newest first."""
    held, scope = core(request), scope_of(request)
    before = _LAST if cursor is None else held.cursors.decode(cursor, scope)[0]
    statement = _PAGE if status is None else _PAGE_OF
    rows = await statement.all(held.database.pool, before=before, limit=limit + 1, status=status)
    more = held.cursors.encode([rows[limit - 1][1]], scope) if len(rows) > limit else None
    return page([row[0] for row in rows[:limit]], more, request)


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
    found = await ONE.one(on, id=run)
    if found is None:
        raise NotFound
    return found[0], found[1]
