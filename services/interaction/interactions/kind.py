"""Interactions as a kind of record."""

from typing import Any

from sqlalchemy import ColumnElement, func, literal_column

from services.interaction.interactions.details import columns
from services.interaction.interactions.known import admit
from services.interaction.interactions.models import Interaction
from services.interaction.interactions.schemas import InteractionCreate, InteractionRead
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact
from shared.statements import json_object

NONE: ColumnElement[Any] = literal_column("'[]'::jsonb")


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
        language=t.language,
        sentiment=t.sentiment,
        participants=func.coalesce(t.participants, NONE),
        attachments=func.coalesce(t.attachments, NONE),
        thread_id=t.thread_id,
        campaign=t.campaign,
        **fact(t, who),
    )


INTERACTIONS = Kind(
    name="interaction",
    path="interactions",
    model=Interaction,
    create=InteractionCreate,
    read=InteractionRead,
    rendering=rendering,
    columns=columns,
    admit=admit,
    created="recorded",
)
