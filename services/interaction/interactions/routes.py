"""Routes of interactions and of the catalogue of channels."""

from collections.abc import Mapping
from typing import Annotated, Any

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
from services.interaction.interactions.schemas import ChannelCatalogue
from services.interaction.records.parameters import Word
from services.interaction.records.routes import record_routes
from shared.auth import Principal, allow
from web.app import answer
from web.hot import hot

CanRead = Annotated[Principal, allow("interactions:read")]
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


async def filters(
    channel: Channel | None = None,
    direction: Direction | None = None,
    purpose: Purpose | None = None,
    thread_id: Word = None,
) -> Mapping[str, Any]:
    """Choose among contacts."""
    return {"channel": channel, "direction": direction, "purpose": purpose, "thread_id": thread_id}


router = record_routes(
    INTERACTIONS,
    scope="interactions",
    says="Record a contact; that of an unknown customer is kept as unmatched until its identity appears.",
    filters=filters,
)
catalogue = APIRouter(tags=["interactions"])


@catalogue.get("/v1/channels", response_model=ChannelCatalogue)
@hot
async def list_channels(request: Request, _: CanRead) -> Response:
    """Show the two-way channels in their groups, the directions and the purposes, in three scripts."""
    return answer(CATALOGUE, request=request)
