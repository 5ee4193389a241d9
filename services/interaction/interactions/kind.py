"""Interactions as a kind of record."""

from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.interactions.models import Interaction
from services.interaction.interactions.schemas import InteractionCreate, InteractionRead
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact
from shared.statements import json_object


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render an interaction."""
    return json_object(
        id=t.id,
        version=t.version,
        channel=t.channel,
        direction=t.direction,
        purpose=t.purpose,
        occurred_at=t.occurred_at,
        subject=t.subject,
        body=t.body,
        **fact(t, who),
    )


INTERACTIONS = Kind(
    name="interaction",
    path="interactions",
    model=Interaction,
    create=InteractionCreate,
    read=InteractionRead,
    rendering=rendering,
    created="recorded",
)
