"""Which days a membership can have. Pure."""

from collections.abc import Mapping
from typing import Any

from shared.errors import FieldError, Invalid


class BadMembership(Invalid):
    """A membership would end before it begins."""

    code, title = "bad_membership", "This is no membership"


def check(membership: Mapping[str, Any]) -> None:
    """Raise BadMembership unless the days come in order."""
    first, last = membership["since"], membership["until"]
    if first is not None and last is not None and last < first:
        detail = "The last day comes before the first."
        error: FieldError = {"pointer": "/until", "code": BadMembership.code, "detail": detail}
        raise BadMembership(detail, errors=[error])
