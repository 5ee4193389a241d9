"""Routes of interactions and of the catalogue of channels."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.interactions.catalogue import (
    CHANNELS,
    DIRECTIONS,
    GROUPS,
    PURPOSES,
    Channel,
    Direction,
    Purpose,
)
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.interactions.schemas import (
    ChannelCatalogue,
    InteractionBatch,
    InteractionCreate,
    InteractionPage,
    InteractionRead,
)
from services.interaction.records import answers
from services.interaction.records.actions import UnknownCustomer
from services.interaction.records.lists import Listing
from services.interaction.records.parameters import Facts
from services.interaction.records.schemas import BatchResults
from shared.auth import Principal, allow
from shared.errors import Invalid, NotFound, documents
from web.app import answer
from web.hot import hot

router = APIRouter(tags=["interactions"])
CanRead = Annotated[Principal, allow("interactions:read")]
CanWrite = Annotated[Principal, allow("interactions:write")]
LISTING = Listing(INTERACTIONS, "channel", "direction", "purpose")
CATALOGUE = {
    "items": [
        {"code": code, "group": group, "labels": labels.as_json()}
        for code, (group, labels) in CHANNELS.items()
    ],
    "groups": [{"code": code, "labels": labels.as_json()} for code, labels in GROUPS.items()],
    "directions": [{"code": code, "labels": labels.as_json()} for code, labels in DIRECTIONS.items()],
    "purposes": [
        {"code": code, "formal": formal, "labels": labels.as_json()}
        for code, (formal, labels) in PURPOSES.items()
    ],
}


@router.post(
    "/v1/interactions",
    status_code=201,
    response_model=InteractionRead,
    responses=answers.recorded(InteractionRead, UnknownCustomer),
)
@hot
async def create_interaction(request: Request, body: InteractionCreate, principal: CanWrite) -> Response:
    """Record a contact; that of an unknown customer is kept as unmatched until its identity appears."""
    return await answers.create(request, principal, INTERACTIONS, body)


@router.post("/v1/interactions/batch", response_model=BatchResults, responses=documents(Invalid))
@hot
async def batch_interactions(request: Request, body: InteractionBatch, principal: CanWrite) -> Response:
    """Record up to a thousand contacts, each judged on its own."""
    return await answers.write_batch(request, principal, INTERACTIONS, body, body.items)


@router.get("/v1/interactions", response_model=InteractionPage, responses=documents(Invalid))
@hot
async def list_interactions(
    request: Request,
    principal: CanRead,
    span: Facts,
    *,
    channel: Channel | None = None,
    direction: Direction | None = None,
    purpose: Purpose | None = None,
) -> Response:
    """List contacts, the last recorded first."""
    given = {"channel": channel, "direction": direction, "purpose": purpose}
    return await LISTING.answer(request, principal, span, given)


@router.get(
    "/v1/interactions/{interaction_id}", response_model=InteractionRead, responses=documents(NotFound)
)
@hot
async def get_interaction(request: Request, interaction_id: UUID, principal: CanRead) -> Response:
    """Show one contact."""
    return await answers.get(request, principal, INTERACTIONS, interaction_id)


@router.get("/v1/channels", response_model=ChannelCatalogue)
@hot
async def list_channels(request: Request, _: CanRead) -> Response:
    """Show the two-way channels in their groups, the directions and the purposes, in three scripts."""
    return answer(CATALOGUE, request=request)
