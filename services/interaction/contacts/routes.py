"""The question for last contacts over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.contacts.queries import LAST
from services.interaction.contacts.schemas import LastContactsList
from services.interaction.interactions.routes import CanRead
from shared.errors import Invalid, documents
from web.app import answer, core
from web.hot import hot

MOST = 50  # customers in one question
router = APIRouter(prefix="/v1/contacts", tags=["interactions"])
Customers = Annotated[
    list[UUID], Query(min_length=1, max_length=MOST, description="Ids of customers, old ones too.")
]


@router.get("/last", response_model=LastContactsList, responses=documents(Invalid))
@hot
async def list_last_contacts(
    request: Request, principal: CanRead, customers: Customers, each: Annotated[int, Query(ge=1, le=10)] = 1
) -> Response:
    """List the last contacts with each of some customers, under all the ids that a customer has had."""
    rows = await LAST.all(core(request).database.pool, principal, ids=customers, each=each)
    return answer({"items": [row["data"] for row in rows]})
