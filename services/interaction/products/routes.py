"""Routes of products: those of every kind of record, their replacements, and the tree of the catalogue."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.products.kind import PRODUCTS
from services.interaction.products.queries import UnknownProduct
from services.interaction.products.replacing import ReplacementCircle, replacements
from services.interaction.products.schemas import ProductReplacements, ProductTree
from services.interaction.products.tree import TREE
from services.interaction.records.actions import fetch
from services.interaction.records.parameters import Named, Word
from services.interaction.records.routes import record_routes
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from web.app import answer, core
from web.hot import hot
from web.lists import Paged, listed

CanRead = Annotated[Principal, allow("products:read")]


async def filters(
    category: Word = None, family: Word = None, replaced_by_id: UUID | None = None
) -> Mapping[str, Any]:
    """Choose among products."""
    return {"category": category, "family": family, "replaced_by_id": replaced_by_id}


router = record_routes(
    PRODUCTS,
    scope="products",
    says="Add a product to the catalogue.",
    filters=filters,
    problems=(UnknownProduct, ReplacementCircle),
)
catalogue = APIRouter(prefix="/v1/products", tags=["products"])


@catalogue.get("/tree", response_model=ProductTree, responses=documents(Invalid))
@hot
async def get_product_tree(request: Request, _: CanRead, place: Paged) -> Response:
    """Show the catalogue as categories and their families, with how many products each has."""
    pool = core(request).database.pool
    return await listed(request, place, ("category",), lambda **page: TREE.all(pool, **page))


@catalogue.get(
    "/{product_id}/replacements", response_model=ProductReplacements, responses=documents(NotFound)
)
@hot
async def get_product_replacements(request: Request, product_id: Named, principal: CanRead) -> Response:
    """Show what is sold in place of a product, over every step, and all that it replaces."""
    pool = core(request).database.pool
    product = await fetch(pool, principal, PRODUCTS, product_id)
    return answer(await replacements(pool, product["id"]))


ROUTERS = (catalogue, router)
