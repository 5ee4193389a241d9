"""What the newest facts say about customers, counted in plain Python, with money in CNY and USD at 7."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from feed.consumer import Received
from services.scoring.states.history import History, day_number
from tests.services.scoring.base import id_of

Days = dict[date, list[Decimal]]


@dataclass
class Oracle:
    """The newest version of each fact, and whose it is or was."""

    facts: dict[str, Received] = field(default_factory=dict)
    whose: dict[str, str] = field(default_factory=dict)

    def learn(self, told: Received) -> None:
        """Keep a fact, unless a newer version is held."""
        key = f"{told.kind} {told.subject}"
        if key not in self.facts and told.gone:
            return  # nothing was told that could come back
        if key not in self.facts or self.facts[key].version < told.version:
            self.facts[key] = told
            self.whose[key] = told.data.get("customer_id", self.whose.get(key))

    def history(self, until: date, *names: str) -> dict[str, Any]:
        """Return what the history of a customer with these ids should hold."""
        days: Days = defaultdict(list)
        loose = sum((self._count(name, until, days) for name in names), Decimal())
        sums = [sum(days[day], Decimal()) for day in sorted(days)]
        return {
            "days": len(sums),
            "money": float(sum(sums) + loose),
            "repeat_money": float(sum(sums[1:])),
            "first_day": day_number(min(days)) if days else None,
            "last_day": day_number(max(days)) if days else None,
        }

    def _count(self, name: str, until: date, days: Days) -> Decimal:
        """Add what came under one id to the days; return what was taken back of no day."""
        loose = Decimal()
        mine = [self.facts[key] for key, whose in self.whose.items() if whose == str(id_of(name))]
        orders = {str(told.subject): told for told in mine if told.kind == "order"}
        bought = {key: told for key, told in orders.items() if _counts(told)}
        notes = [told for told in mine if told.kind == "credit_note" and _counts(told)]
        instead = {told.data["return_id"] for told in notes if _day(told) <= until}
        for told in bought.values():
            if _day(told) <= until:
                days[_day(told)].append(_money(told))
        back = [told for told in mine if told.kind == "return" and not told.gone]
        for told in [*notes, *(each for each in back if str(each.subject) not in instead)]:
            of = told.data["order_id"]
            if _day(told) > until or (of in orders and of not in bought):
                continue
            if of in bought and _day(bought[of]) <= until:
                days[_day(bought[of])].append(-_money(told))
            else:
                loose -= _money(told)
        return loose


def equal(found: History, expected: dict[str, dict[str, Any]]) -> None:
    """Check that histories are those expected, by the name of the customer; who bought nothing has none."""
    by_id = {row["customer_id"].tobytes(): row for row in found}
    assert len(by_id) == sum(each["days"] > 0 for each in expected.values())
    for name, each in expected.items():
        row = by_id.get(id_of(name).bytes)
        assert (row is None) == (each["days"] == 0), name
        if row is not None:
            for key, value in each.items():
                assert abs(row[key] - value) < 1e-6, (name, key, row[key], value)


def newest(page: Iterable[Received]) -> list[Received]:
    """Return a page with each record once, as a feed gives it."""
    return [*{(one.kind, one.subject): one for one in sorted(page, key=lambda one: one.version)}.values()]


def _counts(told: Received) -> bool:
    return not told.gone and told.data["status"] not in {"draft", "cancelled"}


def _money(told: Received) -> Decimal:
    money = told.data["amount" if told.kind == "credit_note" else "total"]
    return Decimal(money["amount"]) * {"CNY": 1, "USD": 7}[money["currency"]]


def _day(told: Received) -> date:
    names = ("placed_at", "returned_at", "issued_at")
    return date.fromisoformat(next(told.data[name] for name in names if name in told.data)[:10])
