"""Telling what was made of the messages of a payload."""

from collections import Counter
from typing import Any
from uuid import UUID

from services.interaction.records.drafts import Decision, Result
from services.interaction.records.schemas import Outcome
from shared.errors import as_row_problem


def told(decision: Decision, original: UUID | None) -> dict[str, Any]:
    """Return what was made of each message."""
    counts = Counter(result.outcome for result in decision.results)
    return {
        "original": None if original is None else str(original),
        "results": [_told(index, result) for index, result in enumerate(decision.results)],
        "counts": {outcome.value: counts[outcome] for outcome in Outcome},
    }


def _told(index: int, result: Result) -> dict[str, Any]:
    held = result.held
    return {
        "index": index,
        "outcome": result.outcome,
        "id": held and str(held.id),
        "version": result.version or (held and held.version),
        "matched": held and held.who and held.who.matched,
        "problem": result.problem and as_row_problem(result.problem),
    }
