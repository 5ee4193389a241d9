"""Reading fitted estimators."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy import Integer, Text, Uuid, bindparam, func, select, true
from starlette.requests import Request
from starlette.responses import Response

from keeping.routes import KeptRoutes
from services.scoring.versions.models import EstimatorVersion
from services.scoring.versions.queries import VERSIONS, rendered
from services.scoring.versions.schemas import (
    EstimatorKind,
    EstimatorLife,
    EstimatorVersionPage,
    EstimatorVersionRead,
)
from shared.auth import Principal, allow
from shared.errors import Forbidden, Invalid, Unauthenticated, documents
from shared.statements import Statement
from web.app import core
from web.hot import hot
from web.lists import LAST_ID, Paged, listed

router = APIRouter(prefix="/v1/estimators", tags=["estimators"])
CanRead = Annotated[Principal, allow("scores:read")]
_kind, _life = (bindparam(name, type_=Text) for name in ("kind", "life"))
_PAGE = Statement(
    select(rendered().label("data"), EstimatorVersion.id)
    .where(
        EstimatorVersion.id < func.coalesce(bindparam("last_id", type_=Uuid), LAST_ID),
        func.coalesce(EstimatorVersion.kind == _kind, true()),
        func.coalesce(EstimatorVersion.life == _life, true()),
    )
    .order_by(EstimatorVersion.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


@router.get("", response_model=EstimatorVersionPage, responses=documents(Unauthenticated, Forbidden, Invalid))
@hot
async def list_estimators(
    request: Request,
    _: CanRead,
    place: Paged,
    *,
    kind: EstimatorKind | None = None,
    life: EstimatorLife | None = None,
) -> Response:
    """List fitted estimators, newest first."""
    pool, chosen = core(request).database.pool, {"kind": kind, "life": life}
    return await listed(request, place, ("id",), lambda **given: _PAGE.all(pool, **chosen, **given))


one = KeptRoutes(router, "/{id}", VERSIONS, EstimatorVersionRead, scope="scores")
one.get("Return one fitted estimator.")
one.history("List who approved or retired it, newest first.")
