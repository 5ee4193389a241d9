"""Checking new customers: the shape of what the application hands in; this slice is below who checks."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import orjson
from starlette.requests import Request

from services.customer.customers.drafts import Draft
from services.customer.customers.likeness import OnDuplicate
from shared.database import Database, Transaction
from shared.errors import Conflict

Found = Mapping[UUID, list[dict[str, Any]]]  # of new customers, whom each is like, as DuplicateFound


class LikelyDuplicate(Conflict):
    """The customer is probably there already; those who the principal sees are named, with the reasons."""

    code, title = "likely_duplicate", "The customer is probably there already"

    def __init__(self, duplicates: Sequence[Mapping[str, Any]]) -> None:
        detail = "Write to that customer, or repeat the request with on_duplicate=warn."
        super().__init__(detail, duplicates=list(duplicates))


class Check(Protocol):
    """One check of what one transaction creates; `refuses` those who are probably there."""

    refuses: bool

    async def look(self, tx: Transaction, drafts: Sequence[Draft]) -> Found:
        """Return whom the drafts are like, among the stored and one another; of the others, nothing."""
        ...

    async def keep(self, tx: Transaction, drafts: Sequence[Draft]) -> Found:
        """Keep the pairs that `look` found of drafts that are stored now; return what to tell of them."""
        ...


class Checker(Protocol):
    """Says whether, and how, new customers are checked now."""

    async def check(self, database: Database, on_duplicate: OnDuplicate | None) -> Check | None:
        """Return a check, None when nothing is checked; `on_duplicate` overrides the setting."""
        ...


async def check_of(request: Request, on_duplicate: OnDuplicate | None) -> Check | None:
    """Return the check of a request."""
    checker: Checker | None = getattr(request.app.state, "checker", None)
    return None if checker is None else await checker.check(request.app.state.core.database, on_duplicate)


def told(body: Any, duplicates: Sequence[Mapping[str, Any]]) -> object:  # noqa: ANN401 - JSON as it came
    """Return the JSON of a new customer with those who it is like; as it is when there are none."""
    if not duplicates:
        return body
    return orjson.Fragment(b'%b,"duplicates":%b}' % (orjson.dumps(body)[:-1], orjson.dumps(duplicates)))
