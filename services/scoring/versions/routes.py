"""Reading fitted estimators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import Integer, Text, Uuid, bindparam, select
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.versions.models import EstimatorVersion
from services.scoring.versions.queries import rendered
from services.scoring.versions.schemas import EstimatorKind, EstimatorVersionPage, EstimatorVersionRead
from shared.auth import Principal, allow
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.pagination import page, scope_of
from shared.statements import Statement
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/estimators", tags=["estimators"])
CanRead = Annotated[Principal, allow("scores:read")]
_version = select(rendered()).select_from(EstimatorVersion)
_ONE = Statement(_version.where(EstimatorVersion.id == bindparam("id", type_=Uuid)))
_page = (
    _version.add_columns(EstimatorVersion.id)
    .where(EstimatorVersion.id < bindparam("before", type_=Uuid))
    .order_by(EstimatorVersion.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_PAGE = Statement(_page)
_PAGE_OF = Statement(_page.where(EstimatorVersion.kind == bindparam("kind", type_=Text)))
_LAST = UUID(int=2**128 - 1)


@router.get("", response_model=EstimatorVersionPage, responses=documents(Unauthenticated, Forbidden, Invalid))
@hot
async def list_estimators(
    request: Request,
    _: CanRead,
    kind: EstimatorKind | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """List fitted estimators, newest first."""
    held, scope = core(request), scope_of(request)
    before = _LAST if cursor is None else held.cursors.decode(cursor, scope)[0]
    statement = _PAGE if kind is None else _PAGE_OF
    rows = await statement.all(held.database.pool, before=before, limit=limit + 1, kind=kind)
    more = held.cursors.encode([rows[limit - 1][1]], scope) if len(rows) > limit else None
    return page([row[0] for row in rows[:limit]], more, request)


@router.get(
    "/{id}",
    response_model=EstimatorVersionRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, Invalid),
)
@hot
async def get_estimator(request: Request, _: CanRead, id: UUID) -> Response:  # noqa: A002 - the path's word
    """Return one fitted estimator."""
    found = await _ONE.value(core(request).database.pool, id=id)
    if found is None:
        raise NotFound
    return answer(found, version=1, request=request)
