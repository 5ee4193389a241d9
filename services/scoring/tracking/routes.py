"""Reading the tracking curve of a fitted estimator."""

import asyncio
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import Uuid, bindparam, select
from starlette.requests import Request
from starlette.responses import Response

from services.scoring import estimators
from services.scoring.charts.specification import Included
from services.scoring.tracking.curve import curve, held_out
from services.scoring.tracking.picture import picture
from services.scoring.tracking.queries import days_of
from services.scoring.tracking.schemas import TrackingCurve
from services.scoring.versions.models import EstimatorVersion
from shared.auth import Principal, allow
from shared.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.statements import Statement
from web.app import answer, core
from web.hot import hot

router = APIRouter(prefix="/v1/estimators", tags=["estimators"])
CanRead = Annotated[Principal, allow("scores:read")]
_VERSION = Statement(
    select(EstimatorVersion.__table__).where(EstimatorVersion.id == bindparam("id", type_=Uuid))
)


class ManyCurves(Conflict):
    """The parameters of an estimator differ by group: there is no one curve that it foretells."""

    code, title = "many_curves", "Each group of customers has parameters, and a curve, of its own"


@router.get(
    "/{id}/tracking-curve",
    response_model=TrackingCurve,
    responses=documents(Unauthenticated, Forbidden, NotFound, ManyCurves, Invalid),
)
@hot
async def get_tracking_curve(
    request: Request,
    _: CanRead,
    id: UUID,  # noqa: A002 - the path's word
    *,
    until: Annotated[date | None, Query(description="The last day, by default yesterday.")] = None,
    weeks: Annotated[int, Query(ge=1, le=52, description="How far points are apart.")] = 1,
    include: Included = None,
) -> Response:
    """Return repeat purchases added up over time, beside what an estimator expects.

    Of everybody who had bought by the estimator's cut-off, from the first purchase on. All their orders are
    read, which takes seconds for a million customers.
    """
    held = core(request)
    version = await _VERSION.one(held.database.pool, id=id)
    if version is None:
        raise NotFound
    if version["parameters_by"] is not None:
        raise ManyCurves
    cut_off, last = version["cut_off"], until or held.clock().date() - timedelta(days=1)
    if last < cut_off:
        raise _early()
    found = await days_of(
        held.database.pool, cut_off=cut_off, until=last, identity_system=version["identity_system"]
    )
    told: dict[str, Any] = {"estimator_id": id, "kind": version["kind"], "cut_off": cut_off, "until": last}
    kind, parameters = estimators.ESTIMATORS.get(version["kind"]), version["parameters"]
    timing = None if kind is None or parameters is None else kind(**parameters)
    points = [] if found is None else await asyncio.to_thread(curve, found, timing, cut_off, 7 * weeks)
    told |= {"customers": 0 if found is None else int(found.born.sum()), "points": points}
    told |= {"held_out": held_out(points)}
    return answer({**told, "chart": picture(told) if include else None})


def _early() -> Invalid:
    detail = "The last day is before the estimator's cut-off."
    error = FieldError(parameter="until", code="before_cut_off", detail=detail)
    return Invalid(detail, errors=[error])
