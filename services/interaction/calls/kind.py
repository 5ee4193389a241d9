"""Calls as a kind of record: one that is not written, but adds up from events."""

from typing import Any

from sqlalchemy import ColumnElement, func, literal_column

from services.interaction.calls.folding import CallOutcome
from services.interaction.calls.models import Call
from services.interaction.calls.schemas import CallRead
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact
from services.interaction.records.schemas import RecordCreate
from shared.statements import json_object

PLAIN = [
    "id",
    "version",
    "state",
    "direction",
    "number",
    "agent",
    "queue",
    "occurred_at",
    "answered_at",
    "ended_at",
    "waited_seconds",
    "talked_seconds",
    "held_seconds",
    "transfers",
    "outcome",
    "disposition",
    "recording",
    "legs",
    "matched_by",
]


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render a call."""
    numbers = {"from": t.from_number, "to": t.to_number}
    abandoned = func.coalesce(
        t.outcome == literal_column(f"'{CallOutcome.ABANDONED}'"), literal_column("false")
    )
    plain = {name: getattr(t, name) for name in PLAIN}
    return json_object(**plain, **numbers, abandoned=abandoned, **fact(t, who))


CALLS = Kind(
    name="call",
    path="calls",
    model=Call,
    create=RecordCreate,
    read=CallRead,
    rendering=rendering,
    created="recorded",
)
