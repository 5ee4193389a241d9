"""Routes of interactions and of the catalogue of channels."""

from collections.abc import Mapping
from typing import Annotated, Any

from services.interaction.interactions.catalogue import (
    Direction,
    Purpose,
)
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.interactions.known import UnknownChannel
from services.interaction.records.parameters import Word
from services.interaction.records.routes import record_routes
from shared.auth import Principal, allow

CanRead = Annotated[Principal, allow("interactions:read")]


async def filters(
    channel: Word = None,
    direction: Direction | None = None,
    purpose: Purpose | None = None,
    thread_id: Word = None,
    campaign: Word = None,
) -> Mapping[str, Any]:
    """Choose among contacts."""
    named = {"thread_id": thread_id, "campaign": campaign}
    return {"channel": channel, "direction": direction, "purpose": purpose, **named}


router = record_routes(
    INTERACTIONS,
    scope="interactions",
    says="Record a contact; that of an unknown customer is kept as unmatched until its identity appears.",
    filters=filters,
    problems=(UnknownChannel,),
)
