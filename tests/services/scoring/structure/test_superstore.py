"""Every structure of the superstore equals plain sums over its file."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from decimal import Decimal
from functools import cache
from itertools import combinations
from typing import Any

import httpx
import pytest

from tests.services.scoring.base import Base
from tests.services.scoring.structure.superstore import DIMENSIONS, Line, lines, load

NOW, BEFORE = "2016", "2015"
ASKED = {"since": f"{NOW}-01", "until": f"{NOW}-12"}
OF_A_LINE = {"product", "category"}
LINES = lines()


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


@cache
def of_year(year: str) -> list[Line]:
    return [line for line in LINES if line.month.startswith(year)]


def read(part: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of a part as numbers."""
    profit = part["profit"]
    return {
        "orders": part["orders"],
        "quantity": Decimal(part["quantity"]),
        "amount": Decimal(part["amount"]["amount"]),
        "profit": None if profit is None else Decimal(profit["amount"]),
    }


class Side:
    """Rows or columns of an answer, and which of them a line belongs to."""

    def __init__(self, side: dict[str, Any]) -> None:
        self.of, self.members = side["dimension"], side["members"]
        self.place = {one["value"]: at for at, one in enumerate(self.members) if not one["others"]}
        self.others = len(self.members) - 1 if self.members[-1]["others"] else None

    def at(self, line: Line) -> int | None:
        value = getattr(line, self.of)
        value = value.replace(BEFORE, NOW) if self.of == "month" else value
        return self.place.get(value, self.others)

    def counts_orders(self, place: int) -> bool:
        return place != self.others or self.of not in OF_A_LINE


def by_place(sides: list[Side], year: str) -> dict[Hashable, dict[str, Any]]:
    """Sum the lines of a year by brute force."""
    found: dict[Hashable, list[Line]] = defaultdict(list)
    for line in of_year(year):
        found[tuple(side.at(line) for side in sides)].append(line)
    out = {}
    for places, of in found.items():
        counted = all(side.counts_orders(at) for side, at in zip(sides, places, strict=True))  # type: ignore[arg-type, call-overload]  # a tuple of places
        out[places] = {**sums(of), **({} if counted else {"orders": None})}
    return out


NOTHING = sums([])


def compare(parts: dict[Hashable, dict[str, Any]], sides: list[Side]) -> None:
    """Hold the parts of an answer equal to brute force, now and the year before."""
    expected = {year: by_place(sides, year) for year in (NOW, BEFORE)}
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


@pytest.mark.parametrize("pair", list(combinations(DIMENSIONS, 2)), ids="-".join)
async def test_every_pair_of_dimensions_is_what_the_file_says(
    superstore: Base, client: httpx.AsyncClient, pair: tuple[str, str]
) -> None:
    asked = {**ASKED, "rows": pair[0], "columns": pair[1], "top": 12}
    answer = await client.get("/v1/consumption-structure", params=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert read(found["total"]) == sums(of_year(NOW))
    sides = [Side(found["rows"]), Side(found["columns"])]
    for side in sides:
        compare({(at,): part for at, part in enumerate(side.members)}, [side])
        shown = [Decimal(part["amount"]["amount"]) for part in side.members if not part["others"]]
        assert side.of == "month" or shown == sorted(shown, reverse=True)
    compare({(cell["row"], cell["column"]): cell for cell in found["cells"]}, sides)
    assert found["up_to_date"] is True
    assert found["coverage"] == {"priced": 1.0, "costed": 1.0}
