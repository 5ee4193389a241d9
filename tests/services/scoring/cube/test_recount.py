"""The cube is at any time what plain Python counts from the newest facts, whatever came in which order."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from feed.consumer import Received
from services.scoring.cube import actions
from services.scoring.cube.grains import BY_QUARTER, DIMENSIONS, GRAINS, OWNING, number
from tests.services.scoring.base import Base, customer, id_of, order, product, rate

PEOPLE = [f"p{number}" for number in range(6)]
PRODUCTS = [f"product {number}" for number in range(4)]
TOLD = (*DIMENSIONS, OWNING)
START = date(2026, 1, 1)
EMPTY = "truncate scoring.facts, scoring.states, scoring.marks, scoring.sales_marks, scoring.identities, "
EMPTY += "scoring.external_names, scoring.products, scoring.sold_lines, scoring.cells, scoring.exchange_rates"
ORDERS, MEASURES = len(DIMENSIONS), ("lines", "orders", "unpriced", "quantity", "amount", "cost", "costed")
Cells = dict[tuple[Any, ...], tuple[Any, ...]]


@dataclass
class Oracle:
    """The newest version of everything told, and what it adds up to."""

    told: dict[tuple[str, Any], Received] = field(default_factory=dict)
    kept: dict[tuple[str, Any], dict[str, Any]] = field(default_factory=dict)

    def learn(self, one: Received) -> None:
        key = (one.kind, one.subject)
        held = self.told.get(key)
        if (held is None and one.gone) or (held is not None and held.version >= one.version):
            return
        self.told[key] = one
        if not one.gone:
            self.kept[key] = one.data

    def current(self, id_: str) -> str | None:
        """Return the customer that an id means, None for nobody who is there."""
        there = [one for one in self.told.values() if one.kind == "customer" and not one.gone]
        for one in there:
            if id_ in one.data.get("merged_ids", ()) or str(one.subject) == id_:
                return str(one.subject)
        return None

    def _live(self, kind: str) -> dict[str, dict[str, Any]]:
        return {str(key[1]): one.data for key, one in self.told.items() if key[0] == kind and not one.gone}

    def _counting(self) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any] | None]]:
        """Yield kind, subject, fact and its order of all that counts."""
        orders = self._live("order")
        all_orders = {str(key[1]): one for key, one in self.told.items() if key[0] == "order"}
        notes = {key: data for key, data in self._live("credit_note").items() if data["status"] == "issued"}
        for subject, data in orders.items():
            if data["status"] == "confirmed":
                yield "order", subject, data, None
        for kind, found in (("credit_note", notes), ("return", self._live("return"))):
            for subject, data in found.items():
                instead = [
                    note
                    for note in notes.values()
                    if note["return_id"] == subject and note["customer_id"] == data["customer_id"]
                ]
                if kind == "return" and instead:
                    continue
                its = all_orders.get(data["order_id"] or "")
                whose = self.kept.get(("order", its.subject), {}).get("customer_id") if its else None
                if its is None or whose != data["customer_id"]:
                    yield kind, subject, data, None
                elif not its.gone and its.data["status"] == "confirmed":
                    yield kind, subject, data, its.data

    def lines(self) -> Iterator[dict[str, Any]]:
        for kind, subject, data, its in self._counting():
            whose = self.current(data["customer_id"])
            if whose is None:
                continue
            seller = data if kind == "order" else its or {}
            money = data["amount" if kind == "credit_note" else "total"]
            worth, sign = self._worth(money["currency"]), 1 if kind == "order" else -1
            whole = {"amount": money["amount"], "quantity": "0"}
            for line in data["lines"] or [whole]:
                yield {
                    **self._line(line, kind, its, (worth or Decimal()) * sign),
                    **{name: seller.get(name) for name in ("region", "salesperson", "department")},
                    "customer_class": self._live("customer")[whose].get("customer_class"),
                    OWNING: self._live("customer")[whose].get("department"),
                    "month": _month(seller or data),
                    "order": subject if kind == "order" else None,
                    "unpriced": worth is None,
                    "quantity": Decimal(line.get("quantity", "1")) * sign,
                }

    def _line(
        self, line: dict[str, Any], kind: str, its: dict[str, Any] | None, factor: Decimal
    ) -> dict[str, Any]:
        of = line.get("product_id")
        if of is None and its is not None and line.get("order_line"):
            of = next(one["product_id"] for one in its["lines"] if one["line"] == line["order_line"])
        amount, cost = Decimal(line["amount"]) * factor, line.get("cost")
        ordered = any(one.get("cost") and Decimal(one["amount"]) for one in (its or {}).get("lines", ()))
        known = cost is not None or (kind != "order" and ordered)
        held = next(
            (data for key, data in self.kept.items() if key[0] == "product" and str(key[1]) == of), {}
        )
        return {
            "product_id": of,
            "category": held.get("category"),
            "amount": amount,
            "cost": Decimal(cost or 0) * factor,
            "costed": amount if known else Decimal(),
        }

    def _worth(self, currency: str) -> Decimal | None:
        if currency == "CNY":
            return Decimal(1)
        return next((Decimal(one["rate"]) for one in self._live("exchange_rate").values()), None)

    def cells(self) -> Cells:
        sums: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(lambda: defaultdict(Decimal))
        for line in self.lines():
            quarter = line["month"] % 3 - line["month"]
            by_month = [(grain, line["month"]) for grain in GRAINS]
            for grain, months in (*by_month, *((grain, quarter) for grain in BY_QUARTER)):
                told = tuple(str(line[d]) if d in grain and line[d] else None for d in TOLD)
                cell = sums[(number(grain), months, *told)]
                cell["lines"] += 1
                for name in ("quantity", "amount", "cost", "costed"):
                    cell[name] += line[name]
                if line["order"]:
                    cell.setdefault("known", set()).add(line["order"])
                    cell.setdefault("unknown", set()).update({line["order"]} if line["unpriced"] else ())
        return {
            key: (
                cell["lines"],
                *(len(cell.get(name, ())) for name in ("known", "unknown")),
                *(cell[name] for name in MEASURES[3:]),
            )
            for key, cell in sums.items()
        }


def _month(data: dict[str, Any]) -> int:
    names = ("placed_at", "returned_at", "issued_at")
    day = date.fromisoformat(next(data[name] for name in names if name in data)[:10])
    return day.year * 12 + day.month - 1


def _lines(chance: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "line": line,
            "product_id": chance.choice([None, *(str(id_of(name)) for name in PRODUCTS)]),
            "quantity": str(chance.randint(1, 5)),
            "amount": f"{chance.randint(1, 90)}.{chance.randint(0, 99):02}",
            "cost": chance.choice([None, f"{chance.randint(1, 50)}"]),
        }
        for line in range(1, chance.randint(2, 4))
    ]


def _fact(chance: random.Random, number: int) -> Received:
    who, version, gone = chance.choice(PEOPLE), chance.randint(1, 4), chance.random() < 0.1
    day = (START + timedelta(chance.randint(0, 80))).isoformat()
    lines, currency = _lines(chance), chance.choice(["CNY", "CNY", "USD"])
    total = {"amount": str(sum(Decimal(line["amount"]) for line in lines)), "currency": currency}
    kind, data = chance.random(), {"version": version, "gone": gone, "lines": lines, "currency": currency}
    if kind < 0.6:
        status = chance.choice(["confirmed", "confirmed", "cancelled", "draft"])
        where = {name: chance.choice([None, "a", "b"]) for name in ("region", "salesperson", "department")}
        return order(f"o{number}", who, day, total["amount"], **data, **where, status=status)
    of = None if chance.random() < 0.2 else str(id_of(f"o{chance.randint(0, 12)}"))
    told: dict[str, Any] = {"customer_id": str(id_of(who)), "order_id": of, "lines": lines}
    for line in lines:
        line["order_line"] = chance.choice([None, 1])
    if kind < 0.8:
        told |= {"returned_at": f"{day}T00:00:00Z", "total": total}
        return Received("return", id_of(f"r{number}"), version, gone, {} if gone else told, 1)
    back = None if chance.random() < 0.3 else str(id_of(f"r{chance.randint(0, 12)}"))
    told |= {"issued_at": f"{day}T00:00:00Z", "amount": total, "return_id": back}
    told |= {"status": chance.choice(["issued", "cancelled"]), "lines": chance.choice([[], lines])}
    return Received("credit_note", id_of(f"c{number}"), version, gone, {} if gone else told, 1)


def _customers(chance: random.Random, version: int) -> list[Received]:
    """Return everybody in a new version, some merged into others, some gone."""
    into = {name: chance.choice(PEOPLE[:2]) for name in PEOPLE[2:] if chance.random() < 0.4}
    told = []
    for name in PEOPLE:
        merged = [str(id_of(one)) for one, whole in into.items() if whole == name]
        of = {"customer_class": chance.choice([None, "retail", "trade"]), "merged_ids": merged}
        of |= {"department": chance.choice([None, "north", "south"])}
        gone = name in into or chance.random() < 0.05 * (name not in PEOPLE[:2])
        told.append(customer(name, version, gone=gone, **of))
    return told


def _catalogue(chance: random.Random, version: int) -> list[Received]:
    name, category = chance.choice(PRODUCTS), chance.choice([None, "tea", "cups"])
    return [product(name, version, category=category, gone=chance.random() < 0.2)]


async def _found(base: Base) -> Cells:
    rows = await base.scoring.database.pool.fetch("select * from scoring.cells")
    found = {}
    for row in rows:
        told = tuple(None if row[name] is None else str(row[name]) for name in TOLD)
        assert row["currency"] == "CNY"
        found[(row["grain"], row["month"], *told)] = tuple(row[name] for name in MEASURES)
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("waiting", ["few", "many"])
@pytest.mark.parametrize("seed", range(4))
async def test_increments_equal_a_count_of_everything(
    base: Base, seed: int, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if waiting == "many":  # so that lines come first, two customers at a time, and then the whole cube
        for name, value in {"MOST": 1, "MANY": 2, "PART": 1_000}.items():
            monkeypatch.setattr(actions, name, value)
    chance, oracle = random.Random(seed), Oracle()  # noqa: S311 - a test that can be repeated
    await base.scoring.database.pool.execute(EMPTY)
    for step in range(1, 11):
        facts = [_fact(chance, chance.randint(0, 12)) for _ in range(chance.randint(1, 15))]
        told = {(one.kind, one.subject): one for one in sorted(facts, key=lambda one: one.version)}
        page = [*told.values(), *(_catalogue(chance, step) if chance.random() < 0.5 else ())]
        if step == 5:
            page.append(rate("USD", "CNY", "2025-12-01", "7"))
        people = _customers(chance, step) if chance.random() < 0.5 else []
        for one in (*page, *people):
            oracle.learn(one)
        await base.facts_told(*page)
        await base.customers(*people)
        if chance.random() < 0.7:
            await base.count()
    await base.count()
    assert await _found(base) == oracle.cells()
    assert not await actions.late(base.scoring.database.pool)


async def test_nothing_told_again_changes_nothing(base: Base) -> None:
    pool = base.scoring.database.pool
    await pool.execute(EMPTY)
    lines = _lines(random.Random(1))  # noqa: S311 - as above
    total = str(sum(Decimal(line["amount"]) for line in lines))
    sold = order("o", "p", "2026-01-05", total, currency="CNY", lines=lines)
    await base.facts_told(sold)
    await base.count()
    assert await _found(base) == {}  # of somebody whom customer has not told of
    await base.customers(customer("p"))
    await base.count()
    before = await pool.fetch("select xmin, * from scoring.cells order by id")
    assert before
    await base.facts_told(sold)
    await base.count()
    assert await pool.fetch("select xmin, * from scoring.cells order by id") == before
    await base.facts_told(order("o", "p", "2026-01-05", total, version=2, gone=True))
    await base.count()
    assert await _found(base) == {}
