"""What a new version of an order changed: its status, its sum, and line by line. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from services.interaction.orders.statuses import step

Line = Mapping[str, Any]


class LineChange(StrEnum):
    """What became of a line."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


def compare(before: Sequence[Line], after: Sequence[Line]) -> list[dict[str, Any]]:
    """Return what became of the lines that are not as they were, by their numbers."""
    old, new = ({line["line"]: line for line in lines} for lines in (before, after))
    found = [(number, old.get(number), new.get(number)) for number in sorted(old.keys() | new.keys())]
    return [
        {"line": number, "change": _change(was, became), "from": was, "to": became}
        for number, was, became in found
        if was != became
    ]


def correction(diff: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an entry of an order's history says of status, money and lines; null where nothing."""
    status, lines = diff.get("status"), diff.get("lines")
    return {
        "step": status and step(status["from"], status["to"]),
        "status": status,
        "currency": diff.get("currency"),
        "total": diff.get("total"),
        "lines": compare(lines["from"], lines["to"]) if lines else [],
        "fields": sorted(diff),
    }


def _change(was: Line | None, became: Line | None) -> LineChange:
    if was is None:
        return LineChange.ADDED
    return LineChange.REMOVED if became is None else LineChange.CHANGED
