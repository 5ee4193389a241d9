"""What can become of a promise. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from shared.errors import FieldError, Invalid


class PromiseOutcome(StrEnum):
    """What became of a promise.

    `kept` and `exceeded` in time; one that was fulfilled late is `broken`. `withdrawn`: the customer let go
    of it.
    """

    OPEN = "open"
    KEPT = "kept"
    EXCEEDED = "exceeded"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


class NoSuchOutcome(Invalid):
    """An outcome that contradicts the times of the promise."""

    code, title = "no_such_outcome", "The outcome does not go with the times of the promise"


IN_TIME = (PromiseOutcome.KEPT, PromiseOutcome.EXCEEDED)


def settle(_: Mapping[str, Any] | None, promise: dict[str, Any]) -> dict[str, Any]:
    """Return the promise as it is; NoSuchOutcome if its outcome and its times contradict each other."""
    made, due, settled = promise["occurred_at"], promise["due_at"], promise["settled_at"]
    outcome = PromiseOutcome(promise["outcome"])
    if due < made:
        raise _refused("/due_at", "A promise is due when it is made or later.")
    if (settled is None) is not (outcome is PromiseOutcome.OPEN):
        raise _refused("/settled_at", "A promise is settled at some time, and an open one at none.")
    if outcome in IN_TIME and settled > due:
        raise _refused("/outcome", "A promise that is fulfilled after it was due is broken.")
    return promise


def _refused(pointer: str, detail: str) -> NoSuchOutcome:
    error: FieldError = {"pointer": pointer, "code": NoSuchOutcome.code, "detail": detail}
    return NoSuchOutcome(detail, errors=[error])
