"""Routes of products."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.products.kind import PRODUCTS
from services.interaction.products.schemas import ProductBatch, ProductCreate, ProductPage, ProductRead
from services.interaction.records import answers
from services.interaction.records.lists import Listing
from services.interaction.records.parameters import Page, Word
from services.interaction.records.schemas import BatchResults
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from web.hot import hot

router = APIRouter(tags=["products"])
CanRead = Annotated[Principal, allow("products:read")]
CanWrite = Annotated[Principal, allow("products:write")]
LISTING = Listing(PRODUCTS, "category", "family")


@router.post(
    "/v1/products",
    status_code=201,
    response_model=ProductRead,
    responses=answers.recorded(ProductRead, Invalid),
)
@hot
async def create_product(request: Request, body: ProductCreate, principal: CanWrite) -> Response:
    """Add a product to the catalogue."""
    return await answers.create(request, principal, PRODUCTS, body)


@router.post("/v1/products/batch", response_model=BatchResults, responses=documents(Invalid))
@hot
async def batch_products(request: Request, body: ProductBatch, principal: CanWrite) -> Response:
    """Store up to a thousand products, each judged on its own."""
    return await answers.write_batch(request, principal, PRODUCTS, body, body.items)


@router.get("/v1/products", response_model=ProductPage, responses=documents(Invalid))
@hot
async def list_products(
    request: Request,
    principal: CanRead,
    span: Page,
    *,
    category: Word = None,
    family: Word = None,
) -> Response:
    """List products, the last recorded first."""
    given = {"category": category, "family": family}
    return await LISTING.answer(request, principal, span, given)


@router.get("/v1/products/{product_id}", response_model=ProductRead, responses=documents(NotFound))
@hot
async def get_product(request: Request, product_id: UUID, principal: CanRead) -> Response:
    """Show one product."""
    return await answers.get(request, principal, PRODUCTS, product_id)
