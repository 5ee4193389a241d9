"""Reading costs, and how they were shared, in interaction's feed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

COST, SHARED_COST, ALLOCATION = "cost", "shared_cost", "cost_allocation"
DIRECT = "direct"  # the basis of a customer's own cost


@dataclass(frozen=True, slots=True)
class Told:
    """A cost as it is stored; the fields are the columns. Of one that is gone nothing is known."""

    id: UUID
    customer_id: UUID | None
    kind: str
    amount: Decimal
    currency: str
    first_day: date
    last_day: date
    campaign: str | None
    basis: str
    deleted: bool
    generation: int
    version: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """A weighing as it is stored."""

    id: UUID
    cost_id: UUID
    generation: int
    version: int


def read(subject: UUID, at: tuple[int, int], data: Mapping[str, Any]) -> Told:
    """Return the cost that a record states, of one customer or shared; `at` is its generation and version."""
    generation, version = at
    if not data:
        never = date.min
        return Told(subject, None, "", Decimal(), "", never, never, None, "", True, generation, version)  # noqa: FBT003 - in the fields' order
    customer = data.get("customer_id")
    return Told(
        subject,
        None if customer is None else UUID(customer),
        data["kind"],
        Decimal(data["amount"]["amount"]),
        data["amount"]["currency"],
        date.fromisoformat(data["first_day"]),
        date.fromisoformat(data["last_day"]),
        data.get("campaign"),
        data.get("basis", DIRECT),
        False,  # noqa: FBT003 - as above
        generation,
        version,
    )


def weighed(subject: UUID, at: tuple[int, int], data: Mapping[str, Any]) -> Weighed:
    """Return what an entry tells of a weighing."""
    return Weighed(subject, UUID(data["cost_id"]), *at)
