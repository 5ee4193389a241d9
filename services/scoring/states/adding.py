"""Owns which new facts a state is only added to, and whose state is to be counted again. Pure.

Adding is enough for nearly every fact: an order that is new, a purchase, in the currency of the states. All
else (corrections, deletions, returns, other currencies) is counted again from all facts of its customer.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.scoring.facts.models import Kind
from services.scoring.facts.reading import Row

Held = Mapping[UUID, set[UUID]]  # the customer ids under which a fact was held before


def plain(rows: Sequence[Row], held: Held, currency: str) -> list[Row]:
    """Return the new purchases of the customers of whom nothing else is told that counts."""
    new = [row for row in rows if _is_plain(row, held, currency)]
    others = stirred([row for row in rows if not _is_plain(row, held, currency)], held)
    return [row for row in new if row.customer_id not in others]


def stirred(rows: Sequence[Row], held: Held) -> set[UUID]:
    """Return whose state these facts may change: payments, which earn nothing, change none."""
    told = {row.customer_id for row in rows if row.kind != Kind.PAYMENT}
    paid = {row.subject for row in rows if row.kind == Kind.PAYMENT}
    return told.union(*(ids for subject, ids in held.items() if subject not in paid))


def _is_plain(row: Row, held: Held, currency: str) -> bool:
    return row.kind == Kind.ORDER and row.counts and row.currency == currency and row.subject not in held
