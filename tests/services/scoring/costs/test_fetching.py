"""Shares of costs come over whole, and are those of the newest weighing."""

from decimal import Decimal
from typing import Any

import pytest

from tests.services.scoring.base import Base, customer
from tests.services.scoring.costs.spending import Interaction, cost, fetched, weighed

PEOPLE = [f"bearer {number}" for number in range(5)]
READ = """
select s.units, s.upto, a.fetched, a.units as whole from scoring.cost_allocations a
join scoring.cost_shares s on s.held = a.held where a.cost_id = $1 order by s.customer_id"""
FORGOTTEN = """
select count(*) from scoring.cost_shares where held not in (select held from scoring.cost_allocations)"""


async def held(base: Base, told: Any) -> list[tuple[Any, ...]]:
    rows = await base.scoring.database.pool.fetch(READ, told.subject)
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("again_at", [0, 2, 3])
async def test_shares_lie_on_a_line_whenever_they_are_weighed_anew(base: Base, again_at: int) -> None:
    name = f"cost {again_at}"
    interaction, told = Interaction(weighed_at_page=again_at), cost(name, "0.15")
    await base.customers(*(customer(each) for each in PEOPLE))
    await base.facts_told(told, weighed(name))
    interaction.share(name, dict.fromkeys(PEOPLE, 3))
    await fetched(base, interaction)
    line = [(Decimal(3), Decimal(upto), True, Decimal(15)) for upto in (3, 6, 9, 12, 15)]
    assert await held(base, told) == line


async def test_the_newest_weighing_replaces_the_shares_and_older_ones_do_not(base: Base) -> None:
    interaction, told = Interaction(), cost("renewed", "0.10")
    await base.facts_told(told, weighed("renewed", 2))
    interaction.share("renewed", {PEOPLE[0]: 10})
    await fetched(base, interaction)
    asked = interaction.asked
    await base.facts_told(weighed("renewed", 1), weighed("renewed", 2))
    await fetched(base, interaction)
    assert interaction.asked == asked
    interaction.share("renewed", {PEOPLE[1]: 4, PEOPLE[2]: 6})
    await base.facts_told(weighed("renewed", 3))
    await fetched(base, interaction)
    assert sorted(row[0] for row in await held(base, told)) == [4, 6]
    assert await base.scoring.database.pool.fetchval(FORGOTTEN) == 0


async def test_a_cost_that_is_gone_since_is_shared_into_nothing(base: Base) -> None:
    interaction, told = Interaction(), cost("gone since", "0.10")
    await base.facts_told(told, weighed("gone since"))
    await fetched(base, interaction)
    assert await held(base, told) == []
