"""What rules can be about, told from the models: which kinds, what may happen, what belongs to what."""

from enum import StrEnum
from typing import Any, NamedTuple

from services.interaction.kinds import KINDS
from services.interaction.records.kinds import OCCURRED, Kind


class RetentionAction(StrEnum):
    """What happens to a record when its time is over: it goes, or what is personal in it does."""

    DELETE = "delete"
    STRIP = "strip"


class Part(NamedTuple):
    """Records of `kind` that belong to those which their `column` names."""

    kind: Kind
    column: str


MAIL_ORIGINAL, PAYLOAD, STRANGER = "mail_original", "webhook_original", "stranger"
STORES = (MAIL_ORIGINAL, PAYLOAD, STRANGER)  # what is kept beside records; it can only be deleted
# What has no time at which it happened is a list to look things up in: products, rates, campaigns.
DATED = {kind.name: kind for kind in KINDS if OCCURRED in kind.model.__table__.columns}
RetentionKind = StrEnum("RetentionKind", {name.upper(): name for name in (*DATED, *STORES)})  # type: ignore[misc]  # made of what there is


def _wholes(kind: Kind) -> dict[str, Any]:
    """Return the columns of a kind that name what its records belong to."""
    columns = kind.model.__table__.columns
    return {f"{name}_id": columns[f"{name}_id"] for name in DATED if f"{name}_id" in columns}


WHOLES = {name: tuple(_wholes(kind)) for name, kind in DATED.items()}
PARTS = {
    name: tuple(Part(kind, f"{name}_id") for kind in DATED.values() if f"{name}_id" in WHOLES[kind.name])
    for name in DATED
}


def actions(kind: str) -> set[RetentionAction]:
    """Return what rules of a kind may do.

    What always belongs to something else goes with that only; what holds nothing personal is not stripped.
    """
    if kind in STORES:
        return {RetentionAction.DELETE}
    of = DATED[kind]
    bound = any(not column.nullable for column in _wholes(of).values())
    possible = {RetentionAction.DELETE: not bound, RetentionAction.STRIP: bool(of.dropped)}
    return {action for action, may in possible.items() if may}


def has_channels(kind: str) -> bool:
    """Return whether rules of a kind may be for some channels."""
    return kind in DATED and "channel" in DATED[kind].model.__table__.columns
