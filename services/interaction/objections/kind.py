"""Objections as a kind of record."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement

from services.interaction.objections.models import Objection
from services.interaction.objections.schemas import ObjectionCreate, ObjectionRead
from services.interaction.records.kinds import Kind
from services.interaction.records.renderings import fact
from shared.statements import json_object

_FIELDS = ("id", "version", "kind", "said", "founded", "personality", "raised_to", "attempts", "outcome")


def rendering(t: Any, who: Any) -> ColumnElement[Any]:  # noqa: ANN401 - models, or the columns of a CTE
    """Render an objection."""
    return json_object(
        **{name: getattr(t, name) for name in _FIELDS}, raised_at=t.occurred_at, **fact(t, who)
    )


def columns(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of given fields."""
    out = dict(given)
    if "attempts" in out:
        out["attempts"] = [attempt.model_dump(mode="json") for attempt in out["attempts"]]
    return out


OBJECTIONS = Kind(
    name="objection",
    path="objections",
    model=Objection,
    create=ObjectionCreate,
    read=ObjectionRead,
    rendering=rendering,
    time="raised_at",
    columns=columns,
)
