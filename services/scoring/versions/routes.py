"""Reading fitted estimators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import Integer, Text, Uuid, bindparam, func, select, true
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.versions.models import EstimatorVersion
from services.scoring.versions.queries import rendered
from services.scoring.versions.schemas import EstimatorKind, EstimatorVersionPage, EstimatorVersionRead
from shared.auth import Principal, allow
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.statements import Statement
from web.app import answer, core
from web.hot import hot
from web.lists import LAST_ID, Paged, listed
from web.openapi import FIXED

router = APIRouter(prefix="/v1/estimators", tags=["estimators"])
CanRead = Annotated[Principal, allow("scores:read")]
_ONE = Statement(select(rendered()).where(EstimatorVersion.id == bindparam("id", type_=Uuid)))
_kind = bindparam("kind", type_=Text)
_PAGE = Statement(
    select(rendered().label("data"), EstimatorVersion.id)
    .where(
        EstimatorVersion.id < func.coalesce(bindparam("last_id", type_=Uuid), LAST_ID),
        func.coalesce(EstimatorVersion.kind == _kind, true()),
    )
    .order_by(EstimatorVersion.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


@router.get("", response_model=EstimatorVersionPage, responses=documents(Unauthenticated, Forbidden, Invalid))
@hot
async def list_estimators(
    request: Request, _: CanRead, place: Paged, kind: EstimatorKind | None = None
) -> Response:
    """List fitted estimators, newest first."""
    pool = core(request).database.pool
    return await listed(request, place, ("id",), lambda **given: _PAGE.all(pool, kind=kind, **given))


@router.get(
    "/{id}",
    response_model=EstimatorVersionRead,
    responses=documents(Unauthenticated, Forbidden, NotFound, Invalid),
    openapi_extra=FIXED,
)
@hot
async def get_estimator(request: Request, _: CanRead, id: UUID) -> Response:  # noqa: A002 - the path's word
    """Return one fitted estimator."""
    found = await _ONE.value(core(request).database.pool, id=id)
    if found is None:
        raise NotFound
    return answer(found, version=1, request=request)
