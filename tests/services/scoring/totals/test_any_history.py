"""Whatever happens, in any order: sums kept of groups are what adding up every line, cost and share gives."""

import random
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from feed.consumer import Received
from services.scoring.commercial.cohorts import COHORTS as COHORTS_ADDED_UP
from services.scoring.commercial.parts import PARTS
from services.scoring.commercial.queries import COUNTS, GROUPED
from services.scoring.commercial.schemas import Dimension
from services.scoring.totals.queries import COHORTS, GROUPS, KEPT
from shared.auth import Principal
from tests.services.scoring.base import Base
from tests.services.scoring.costs.spending import Interaction, cost, fetched, weighed
from tests.services.scoring.states.test_any_history import DOLLAR, happens
from tests.services.scoring.states.world import PEOPLE, World

SEEDS, STEPS = (4, 5, 6), 12
PERIODS = [("2026-01-01", "2026-01-31"), ("2026-01-10", "2026-02-20"), ("2026-02-01", "2026-02-28")]
WINDOWS = [(date(2026, 1, 1), date(2026, 2, 28)), (date(2026, 2, 1), date(2026, 2, 28))]
EVERYBODY = Principal("tester", frozenset())
EMPTY = "truncate " + ", ".join(
    f"scoring.{table}"
    for table in (
        *("facts", "states", "marks", "identities", "external_names", "exchange_rates", "costs"),
        *("cost_allocations", "cost_shares", "sold_lines", "cells", "sales_marks", "value_marks"),
        *("customer_months", "value_places", "group_months", "group_shares", "summed_shares"),
    )
)


@dataclass
class Described(World):
    """The world, in which customers have owners, departments and regions that change, and costs are paid."""

    chance: random.Random = field(default_factory=random.Random)
    interaction: Interaction = field(default_factory=Interaction)
    traits: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def describe(self, name: str) -> list[Received]:
        """Return a customer who changes hands."""
        self.traits[name] = {trait: self.chance.choice(["a", "b", None]) for trait in GROUPS[:3]}
        there = name not in self.into and name not in self.deleted
        return [self._customer(name, new=True)] if there else []

    def pay(self, shared: bool) -> list[Received]:  # noqa: FBT001 - drawn
        """Return a cost that is new, corrected, moved to another customer, or gone."""
        number = self.chance.randrange(3)
        name, days = f"{'shared' if shared else 'own'} {number}", self.chance.choice(PERIODS)
        amount, currency = f"{self.chance.randint(-50, 999)}.50", self.chance.choice(["CNY", "CNY", "USD"])
        kind = self.chance.choice(["keep", "serve", "attract"])
        data: dict[str, Any] = {"first_day": days[0], "last_day": days[1], "currency": currency}
        data |= {} if shared else {"customer": self.chance.choice(PEOPLE)}
        self.versions[name] = version = self.versions.get(name, 0) + 1
        gone = self.chance.random() < 0.2
        told = [cost(name, amount, kind, version=version, gone=gone, **data)]
        if shared and self.chance.random() < 0.8:
            self.interaction.share(name, self._sizes(round(abs(float(amount)) * 100)))
            told.append(weighed(name, version))
        return [replace(one, generation=self.generation) for one in told]

    def _sizes(self, units: int) -> dict[str, int]:
        parts = [self.chance.randint(1, units // len(PEOPLE)) for _ in PEOPLE[1:]]
        return dict(zip(PEOPLE, [units - sum(parts), *parts], strict=True))

    def _customer(self, name: str, *, new: bool = False) -> Received:
        told = super()._customer(name, new=new)
        described = {} if told.gone else {**told.data, **self.traits.get(name, {})}
        return replace(told, data=described)

    def _drawn(self) -> tuple[Any, ...]:
        """Draw a fact: kind, number, whose, day, amount, of which order."""
        draw = self.chance
        kind = draw.choice(["order", "order", "return", "credit_note"])
        numbers = draw.randint(0, 40), draw.randint(1, 99), draw.randrange(8)
        return kind, draw.randrange(8), draw.choice(PEOPLE), *numbers

    def step(self) -> tuple[str, Any]:
        """Draw what happens next."""
        draw, who = self.chance, self.chance.choice(PEOPLE)
        facts = [self._drawn() for _ in range(3)]
        return draw.choice(
            [
                *(("facts", facts), ("facts", facts), ("describe", who), ("pay", False), ("pay", True)),
                *(("pay", True), ("describe", who), ("merge", (who, draw.choice(PEOPLE))), ("undo", who)),
                *(("delete", who), ("revive", who), ("forget", ("order", draw.randrange(8)))),
                *(("facts anew", None), ("customers anew", None), ("merge", (who, draw.choice(PEOPLE)))),
            ]
        )


async def told(base: Base, world: Described, step: tuple[str, Any]) -> None:
    what, given = step
    if what == "pay":
        await base.facts_told(*world.pay(given))
    else:
        await happens(base, world, step)


def shown(rows: list[Any]) -> dict[str, Any]:
    """Return what rows say of each group that there is anything to be said of."""
    names = ("customers", *PARTS, *(name for name in COUNTS if name != "own"))
    found = {row["key"]: {name: row[name] for name in names} for row in rows}
    return {key: each for key, each in found.items() if any(each.values())}


async def check(base: Base) -> int:
    pool, compared = base.scoring.database.pool, 0
    for since, until in WINDOWS:
        given = {"since": since, "until": until, "currency": "CNY", "limit": 100}
        for at, dimension in enumerate(GROUPS):
            kept = await KEPT.all(pool, **given, dimension=at, last_key=None)
            added = await GROUPED[Dimension(dimension)].all(pool, EVERYBODY, **given)
            assert shown(kept) == shown(added), dimension
            compared += len(shown(kept))
        months = {name: given[name] for name in ("since", "until", "currency")} | {"last": 2026 * 12 + 3}
        cohorts = [tuple(row) for row in await COHORTS.all(pool, **months)]
        bought = [row for row in cohorts if any(row[2:])]
        assert bought == [tuple(row) for row in await COHORTS_ADDED_UP.all(pool, EVERYBODY, **months)]
    return compared


@pytest.mark.parametrize("seed", SEEDS)
async def test_sums_are_what_adding_everything_up_gives(base: Base, seed: int) -> None:
    await base.scoring.database.pool.execute(EMPTY)
    world = Described(chance=random.Random(seed))  # noqa: S311 - a test that can be repeated
    await base.facts_told(DOLLAR)
    await base.customers(*world.customers())
    compared = 0
    for _ in range(STEPS):
        await told(base, world, world.step())
        await told(base, world, world.step())
        await fetched(base, world.interaction)
        compared += await check(base)
    assert compared > STEPS
