"""Facts as callers see them."""

from datetime import date
from uuid import UUID

from services.scoring.facts.models import Kind
from shared.schemas import Instant, MoneyRead, Read


class FactRead(Read):
    """One fact, as it is known now; `href` is where its record is read.

    `counts`: a purchase, or what takes money of one back. `told_at` is when this version arrived here, null
    for what came before that was kept.
    """

    kind: Kind
    id: UUID
    href: str
    customer_id: UUID
    day: date
    amount: MoneyRead
    status: str | None
    counts: bool
    order_id: UUID | None
    version: int
    told_at: Instant | None


class FactPage(Read):
    """Facts, newest day first."""

    items: list[FactRead]
    next: str | None
