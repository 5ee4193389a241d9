"""Where many customers wait to be counted, their lines come first, and then the whole cube."""

from decimal import Decimal

import pytest

from services.scoring.cube import actions
from services.scoring.structure.dimensions import Narrowing
from services.scoring.structure.months import Span
from services.scoring.structure.queries import Sales
from tests.services.scoring.base import Base, customer, order
from tests.support.running import ANYBODY

PEOPLE = [f"p{number}" for number in range(6)]


async def test_while_the_cube_waits_all_is_answered_from_the_lines(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"MOST": 1, "MANY": 2, "PART": 1_000}.items():
        monkeypatch.setattr(actions, name, value)
    pool = base.scoring.database.pool
    await base.facts_told(*(order(f"o{who}", who, "2026-01-05", "10", currency="CNY") for who in PEOPLE))
    await base.customers(*map(customer, PEOPLE))
    sums = []
    for _ in range(20):
        if not await base.worker.count_once():
            break
        sums.append((await actions.late(pool), await _total(base), await _cells(base) > 0))
    assert sums[:3] == [(True, 20, False), (True, 40, False), (True, 60, False)]
    assert sums[-1] == (False, 60, True)


async def _total(base: Base) -> Decimal:
    sales = await Sales.of(base.scoring.database.pool, ANYBODY, "CNY", Narrowing({}))
    return (await sales.by((), Span(2026 * 12, 2026 * 12)))[()].amount


async def _cells(base: Base) -> int:
    count: int = await base.scoring.database.pool.fetchval("select count(*) from scoring.cells")
    return count
