"""Every structure of the superstore equals plain sums over its file."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property
from itertools import combinations
from typing import Any, NamedTuple, Self

import httpx
import pytest

from services.scoring.structure.figures import Figures
from shared.auth import Principal, Visibility
from tests.services.scoring.base import Base
from tests.services.scoring.structure.oracle import split
from tests.services.scoring.structure.superstore import DIMENSIONS, Line, lines, load

NOW, BEFORE = "2016", "2015"
ASKED = {"since": f"{NOW}-01", "until": f"{NOW}-12"}
OF_A_LINE = {"product", "category"}
LINES = lines()
PAIRS = (  # from each grain that tells departments of customers, and from the lines
    *(("month", "product"), ("category", "region"), ("category", "salesperson"), ("month", "customer_class")),
    *(("product", "region"), ("category", "customer")),
)


@pytest.fixture(scope="module")
async def superstore(base: Base) -> Base:
    """Load the file."""
    await load(base, LINES)
    return base


def sums(of: Iterable[Line]) -> dict[str, Any]:
    of = list(of)
    return {
        "orders": len({line.order for line in of}),
        "quantity": sum((line.quantity for line in of), Decimal()),
        "amount": sum((line.amount for line in of), Decimal()),
        "profit": sum((line.profit for line in of), Decimal()) if of else None,
    }


class Who(NamedTuple):
    """Who sees all, who sees a department, who sees their own."""

    visibility: Visibility
    owner: str | None = None
    team: str | None = None

    @property
    def principal(self) -> Principal:
        return Principal(self.owner or "u-0", frozenset(("scores:read",)), self.visibility, self.team)

    def sees(self, line: Line) -> bool:
        return self.owner in {None, line.owner} and self.team in {None, line.team}


ALL = Who(Visibility.ALL)
SOME = (Who(Visibility.DEPARTMENT, team="t-1"), Who(Visibility.OWN, owner="o-7"))


@cache
def of_year(year: str, who: Who = ALL) -> list[Line]:
    return [line for line in LINES if line.month.startswith(year) and who.sees(line)]


def read(part: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a part as numbers."""
    profit = part["profit"]
    return {
        "orders": part["orders"],
        "quantity": Decimal(part["quantity"]),
        "amount": Decimal(part["amount"]["amount"]),
        "profit": None if profit is None else Decimal(profit["amount"]),
    }


@dataclass(frozen=True)
class Side:
    """Rows or columns of an answer, and which of them a line belongs to."""

    of: str
    values: tuple[str, ...]
    others: int | None

    @classmethod
    def read(cls, side: dict[str, Any]) -> Self:
        values = tuple(one["value"] for one in side["members"] if not one["others"])
        return cls(side["dimension"], values, len(values) if side["members"][-1]["others"] else None)

    @cached_property
    def place(self) -> dict[str, int]:
        return {value: at for at, value in enumerate(self.values)}

    def at(self, line: Line) -> int | None:
        value = getattr(line, self.of)
        value = value.replace(BEFORE, NOW) if self.of == "month" else value
        return self.place.get(value, self.others)

    def counts_orders(self, place: int) -> bool:
        return place != self.others or self.of not in OF_A_LINE


@cache
def by_place(sides: tuple[Side, ...], year: str, who: Who) -> dict[Hashable, dict[str, Any]]:
    """Sum the lines of a year by brute force."""
    found: dict[Hashable, list[Line]] = defaultdict(list)
    for line in of_year(year, who):
        found[tuple(side.at(line) for side in sides)].append(line)
    out = {}
    for places, of in found.items():
        counted = all(side.counts_orders(at) for side, at in zip(sides, places, strict=True))  # type: ignore[arg-type, call-overload]  # a tuple of places
        out[places] = {**sums(of), **({} if counted else {"orders": None})}
    return out


NOTHING = sums([])


def compare(parts: dict[Hashable, dict[str, Any]], *sides: Side, who: Who) -> None:
    """Hold the parts of an answer equal to brute force, now and the year before."""
    expected = {year: by_place(sides, year, who) for year in (NOW, BEFORE)}
    for year, name in ((NOW, None), (BEFORE, "before"), (BEFORE, "year_before")):
        told = expected[year]
        assert told.keys() <= parts.keys()
        for places, part in parts.items():
            shown = read(part[name] if name else part)
            wanted = told.get(places, NOTHING)
            if shown["orders"] is None:
                wanted = {**wanted, "orders": None}
            assert shown == wanted, (year, places)
    assert sum(Decimal(part["percent"]) for part in parts.values()) == 100
    assert sum(part["share"] for part in parts.values()) == pytest.approx(1)


async def check(client: httpx.AsyncClient, pair: tuple[str, ...], who: Who) -> None:
    """Ask for a pair, and hold everything in the answer equal to brute force."""
    asked = {**ASKED, "rows": pair[0], "columns": pair[1], "top": 12}
    answer = await client.get("/v1/consumption-structure", params=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert read(found["total"]) == sums(of_year(NOW, who))
    rows, columns = (Side.read(found[name]) for name in ("rows", "columns"))
    for side, members in ((rows, found["rows"]["members"]), (columns, found["columns"]["members"])):
        compare({(at,): part for at, part in enumerate(members)}, side, who=who)
        shown = [Decimal(part["amount"]["amount"]) for part in members if not part["others"]]
        assert side.of == "month" or shown == sorted(shown, reverse=True)
    cells = {(cell["row"], cell["column"]): cell for cell in found["cells"]}
    compare(cells, rows, columns, who=who)
    assert found["up_to_date"] is True
    assert found["coverage"] == {"priced": 1.0, "costed": 1.0}
    for side in (rows, columns):
        name = "rows" if side is rows else "columns"
        assert found["concentration"][name] == pytest.approx(concentrated(side.of, who))
        assert found["mix_shift"][name]["before"] == pytest.approx(moved(side.of, who))


def shares_of(of: str, year: str, who: Who) -> dict[str, float]:
    amounts: dict[str, float] = defaultdict(float)
    for line in of_year(year, who):
        amounts[getattr(line, of).replace(BEFORE, NOW)] += float(line.amount)
    whole = sum(amounts.values())
    return {value: amount / whole for value, amount in amounts.items()}


def concentrated(of: str, who: Who) -> float:
    return sum(share**2 for share in shares_of(of, NOW, who).values())


def moved(of: str, who: Who) -> float:
    now, before = shares_of(of, NOW, who), shares_of(of, BEFORE, who)
    return sum(abs(now.get(value, 0) - before.get(value, 0)) for value in now | before) / 2


@pytest.mark.parametrize("pair", list(combinations(DIMENSIONS, 2)), ids="-".join)
async def test_every_pair_of_dimensions_is_what_the_file_says(
    superstore: Base, client: httpx.AsyncClient, pair: tuple[str, str]
) -> None:
    await check(client, pair, ALL)


@pytest.mark.parametrize("who", SOME, ids=lambda who: who.visibility)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
async def test_who_sees_some_customers_gets_the_sums_of_these(
    superstore: Base, pair: tuple[str, str], who: Who
) -> None:
    await check(superstore.scoring.client(who.principal), pair, who)


@pytest.mark.parametrize("of", ["product", "heir"])
@pytest.mark.parametrize("who", [ALL, *SOME], ids=lambda who: who.visibility)
async def test_a_change_is_split_by_product_or_by_product_and_those_that_replaced_it(
    superstore: Base, who: Who, of: str
) -> None:
    asked = {**ASKED, "rows": "category", "replaced": of == "heir"}
    answer = await superstore.scoring.client(who.principal).get("/v1/consumption-structure", params=asked)
    told = answer.json()["price_volume_mix"]
    by_product = [sold_by(of, of_year(year, who)) for year in (NOW, BEFORE)]
    parts = split(*by_product).parts()
    found = {name: Decimal(part["amount"]) for name, part in told["before"].items()}
    assert found.pop("change") == sum(found.values())
    assert found == {name: pytest.approx(part, abs=Decimal("0.00001")) for name, part in parts.items()}
    assert told["year_before"] == told["before"]


def sold_by(of: str, lines: list[Line]) -> dict[str, Figures]:
    found: dict[str, Figures] = defaultdict(Figures)
    for line in lines:
        held = found[getattr(line, of)]
        found[getattr(line, of)] = replace(
            held, quantity=held.quantity + line.quantity, amount=held.amount + line.amount
        )
    return found
