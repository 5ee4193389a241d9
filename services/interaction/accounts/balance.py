"""The balance of orders: ordered, returned, credited, paid, open, by currency. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.interaction.orders.amounts import money
from services.interaction.orders.statuses import NOT_OWED
from services.interaction.rates.conversion import Rates, Sum


class Item(StrEnum):
    """What changes a balance."""

    ORDERED = "ordered"
    RETURNED = "returned"
    CREDITED = "credited"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record that changes a balance, by its amount; `status` of orders and credit notes.

    `return_id` is that of a return itself, and of the return that a credit note stands in for.
    """

    item: Item
    amount: Decimal
    currency: str
    day: date
    status: str | None = None
    order_id: UUID | None = None
    return_id: UUID | None = None


def counted(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that count.

    Drafts and cancelled orders are not owed, and what is returned of them or credited for them takes
    nothing away; cancelled credit notes do not count, and a return for which a credit note was issued
    counts as the note says.
    """
    every = list(entries)
    not_owed = {e.order_id for e in every if e.item is Item.ORDERED and e.status in NOT_OWED}
    notes = [e for e in every if e.item is Item.CREDITED and e.status not in NOT_OWED]
    stood_in = {note.return_id for note in notes if note.return_id is not None}
    return [entry for entry in every if _counts(entry, not_owed, stood_in)]


def _counts(entry: Entry, not_owed: Collection[UUID | None], stood_in: Collection[UUID]) -> bool:
    if entry.item is Item.PAID:
        return True
    if entry.status in NOT_OWED or (entry.order_id is not None and entry.order_id in not_owed):
        return False
    return not (entry.item is Item.RETURNED and entry.return_id in stood_in)


def balances(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the balance in each currency: open = ordered - returned - credited - paid, as exact decimals."""
    sums: dict[str, dict[Item, Decimal]] = {}
    for entry in entries:
        of = sums.setdefault(entry.currency, dict.fromkeys(Item, Decimal()))
        of[entry.item] += entry.amount
    return [
        {"currency": currency, **{item.value: money(of[item]) for item in Item}, "open": money(_open(of))}
        for currency, of in sorted(sums.items())
    ]


def in_one_currency(entries: Iterable[Entry], rates: Rates, currency: str) -> dict[str, Any]:
    """Return the balance of all entries in one currency, each at the rate of its day; rounded to cents.

    Entries without a rate are left out of it and their currencies and days named in `missing_rates`.
    """
    of, missing = dict.fromkeys(Item, Decimal()), set[tuple[str, date]]()
    every = list(entries)
    for item in Item:
        mine = [Sum(entry.amount, entry.currency, entry.day) for entry in every if entry.item is item]
        converted = rates.convert(mine, currency)
        of[item] = round(converted.total, 2)
        missing.update(converted.missing)
    return {
        "currency": currency,
        **{item.value: money(of[item]) for item in Item},
        "open": money(_open(of)),
        "missing_rates": [{"currency": other, "day": day} for other, day in sorted(missing)],
    }


def _open(of: dict[Item, Decimal]) -> Decimal:
    return of[Item.ORDERED] - of[Item.RETURNED] - of[Item.CREDITED] - of[Item.PAID]
