"""Routes of objections, of their catalogue, and of which method works."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.objections.catalogue import KINDS, METHODS, ObjectionKind
from services.interaction.objections.figures import figures
from services.interaction.objections.kind import OBJECTIONS
from services.interaction.objections.queries import COUNTED
from services.interaction.objections.schemas import MethodFiguresList, ObjectionCatalogue, ObjectionOutcome
from services.interaction.records.parameters import Word
from services.interaction.records.routes import record_routes
from services.interaction.records.spans import Days
from shared.auth import Principal, allow
from shared.errors import Invalid, MaskedField, documents
from web.app import answer, core
from web.hot import hot

CanRead = Annotated[Principal, allow("interactions:read")]
CATALOGUE = {
    "kinds": [{"code": code, "labels": labels.as_json()} for code, labels in KINDS.items()],
    "methods": [
        {"code": code, "labels": method.labels.as_json(), "fits": method.fits, "do": method.do}
        for code, method in METHODS.items()
    ],
}


async def _filters(
    kind: ObjectionKind | None = None, outcome: ObjectionOutcome | None = None, raised_to: Word = None
) -> Mapping[str, Any]:
    """Choose among objections."""
    return {"kind": kind, "outcome": outcome, "raised_to": raised_to}


records = record_routes(
    OBJECTIONS, scope="interactions", says="Record what a customer objected.", filters=_filters
)
router = APIRouter(prefix="/v1/objections", tags=["objections"])


@router.get("/catalogue", response_model=ObjectionCatalogue)
@hot
async def get_objection_catalogue(request: Request, _: CanRead) -> Response:
    """Show the kinds of objections and the methods of handling them, in three scripts."""
    return answer(CATALOGUE, request=request)


@router.get("/methods", response_model=MethodFiguresList, responses=documents(Invalid, MaskedField))
@hot
async def list_method_figures(
    request: Request,
    principal: CanRead,
    window: Days,
    *,
    by_personality: Annotated[bool, Query(description="Apart for each type of personality.")] = False,
) -> Response:
    """Show which method was tried on which kind of objection on these days, and how often it worked."""
    if by_personality and not principal.personal:
        raise MaskedField(parameter="by_personality")
    pool = core(request).database.pool
    counted = await COUNTED[by_personality].all(pool, principal, **window._asdict())
    return answer({"items": figures(map(dict, counted))})


ROUTERS = (router, records)  # /objections/catalogue before /objections/{id}
