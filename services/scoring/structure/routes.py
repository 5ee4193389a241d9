"""Reading consumption structures, and the orders behind them."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from starlette.requests import Request
from starlette.responses import Response

from services.scoring.charts.specification import Included
from services.scoring.cube.actions import waiting
from services.scoring.products.models import Product
from services.scoring.structure.dimensions import Question, SalesDimension
from services.scoring.structure.documents import documents_of
from services.scoring.structure.figures import SalesMeasure
from services.scoring.structure.parameters import Crossed, Months, Narrowed, resolved
from services.scoring.structure.picture import picture
from services.scoring.structure.queries import Sales
from services.scoring.structure.reading import Found, find
from services.scoring.structure.rendering import rendered
from services.scoring.structure.schemas import ConsumptionStructure, SoldDocumentPage
from shared.auth import Principal, allow
from shared.errors import Forbidden, Invalid, NotFound, Unauthenticated, documents
from shared.statements import Runner, Statement
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

router = APIRouter(prefix="/v1/consumption-structure", tags=["consumption-structure"])
CanRead = Annotated[Principal, allow("scores:read")]
CanReadOrders = Annotated[Principal, allow("orders:read")]
_PROBLEMS = documents(Unauthenticated, Forbidden, NotFound, Invalid)
_NAMES = Statement(
    select(Product.id, Product.name).where(Product.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
)


@router.get("", response_model=ConsumptionStructure, responses=_PROBLEMS)
@hot
async def get_consumption_structure(
    request: Request,
    principal: CanRead,
    span: Months,
    given: Narrowed,
    *,
    axes: Crossed,
    measure: SalesMeasure = SalesMeasure.AMOUNT,
    top: Annotated[int, Query(ge=1, le=100, description="Members told apart; the rest are `others`.")] = 20,
    replaced: Annotated[
        bool, Query(description="In price, volume and mix, a product and those that replaced it are one.")
    ] = False,
    include: Included = None,
) -> Response:
    """Cross what was sold by one or two dimensions: shares, growth, concentration, and why it changed."""
    held = core(request)
    pool, currency = held.database.pool, held.settings.currency
    narrowing = await resolved(pool, principal, given)
    question = Question(axes, span, measure, narrowing, top, currency, replaced)
    found = await find(await Sales.of(pool, principal, currency, narrowing), question)
    structure = await asyncio.to_thread(rendered, question, found, await _names(pool, found))
    structure["up_to_date"] = not await waiting(pool)
    structure["chart"] = picture(structure) if include else None
    return answer(structure)


@router.get("/orders", response_model=SoldDocumentPage, responses=_PROBLEMS)
@hot
async def list_consumption_structure_orders(
    request: Request, principal: CanReadOrders, place: Paged, span: Months, given: Narrowed
) -> Response:
    """List the orders, returns and credit notes of a cell; what they say adds up to it."""
    held = core(request)
    pool = held.database.pool
    narrowing = await resolved(pool, principal, given)
    whole: dict[str, Any] = {"currency": held.settings.currency, "span": span, "narrowing": narrowing}
    return await listed(
        request, place, ("day", "subject"), lambda **page: documents_of(pool, principal, **whole, **page)
    )


async def _names(on: Runner, found: Found) -> dict[Any, str]:
    shown: Sequence[Any] = [
        one for axis in found.axes if axis.dimension is SalesDimension.PRODUCT for one in axis.shown if one
    ]
    rows = await _NAMES.all(on, ids=shown) if shown else []
    return {UUID(int=row["id"].int): row["name"] for row in rows}
