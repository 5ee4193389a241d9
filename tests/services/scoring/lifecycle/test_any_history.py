"""Whatever happens, whoever judges first: the lifecycle kept is the one that the facts give from nothing."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.scoring.lifecycle.judging import Basis, judged
from services.scoring.lifecycle.rounds import judge_some
from services.scoring.states.history import EPOCH
from tests.services.scoring.base import FOLLOWER, Base, id_of
from tests.services.scoring.states.test_any_history import DOLLAR, happens
from tests.services.scoring.states.world import PEOPLE, START, World

SEEDS, STEPS = (2, 3), 10
LATER = datetime.combine(START, datetime.min.time(), UTC) + timedelta(120)
EMPTY = "truncate " + ", ".join(
    f"scoring.{table}"
    for table in (
        *("facts", "states", "marks", "identities", "external_names", "exchange_rates", "sales_marks"),
        *(
            "value_marks",
            "lifecycles",
            "lifecycle_marks",
            "scores",
            "score_history",
            "scoring_runs",
            "history",
        ),
    )
)
NIGHT = "update scoring.lifecycle_rounds set done = false, run_id = null"
KEPT = """
select customer_id, state, days, states, rules from scoring.lifecycles
    where not deleted order by customer_id"""


def drawn(chance: random.Random) -> tuple[str, object]:
    """Draw what happens next."""
    who, other = chance.choice(PEOPLE), chance.choice(PEOPLE)
    kind = chance.choice(["order", "order", "order", "return"])
    facts = [
        (kind, chance.randrange(12), who, chance.randint(0, 110), chance.randint(1, 99), chance.randrange(8))
        for _ in range(4)
    ]
    steps = [
        *(("facts", facts), ("facts", facts), ("facts", facts), ("merge", (who, other)), ("undo", who)),
        *(("merge", (who, other)), ("delete", who), ("revive", who), ("forget", ("order", facts[0][1]))),
        *(("facts anew", None), ("customers anew", None)),
    ]
    return chance.choice(steps)


async def evaluated(base: Base, how: str) -> None:
    """Judge the touched, or everybody, or both in either order."""
    for step in how:
        if step == "n":
            await base.scoring.database.pool.execute(NIGHT)
            more = True
            while more:
                async with base.scoring.database.begin(FOLLOWER, at=LATER) as tx:
                    more = await judge_some(tx)
        else:
            await base.settle()


async def from_nothing(base: Base, world: World) -> list[tuple[object, ...]]:
    """Judge every customer that there is anew, one by one."""
    found = []
    async with base.scoring.database.pool.acquire() as on:
        basis = await Basis.read(on)
        assert basis is not None
        for id_ in sorted(id_of(name) for name in world.groups()):
            changes = (outcome := await judged(on, basis, [id_], LATER.date())).changes
            days = [EPOCH + timedelta(int(day)) for day in changes.day]
            found.append((id_, int(outcome.state[0]), days, changes.state.tolist(), changes.rule.tolist()))
    return found


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_kept_is_what_the_facts_give(base: Base, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    await base.scoring.database.pool.execute(EMPTY)
    base.at(LATER)
    world = World()
    await base.facts_told(DOLLAR)
    await base.customers(*world.customers())
    await base.facts_told(*world.buy([("order", at, PEOPLE[0], 7 * at, 50, 0) for at in range(8)]))
    await base.run()
    await evaluated(base, "n")
    changes = 0
    for _ in range(STEPS):
        await happens(base, world, drawn(chance))
        await evaluated(base, chance.choice(["t", "n", "tn", "nt"]))
        await base.settle()
        rows = await base.scoring.database.pool.fetch(KEPT)
        kept = [(UUID(int=row[0].int), *tuple(row)[1:]) for row in rows]
        assert kept == await from_nothing(base, world)
        changes = max(changes, *(len(days) for _, _, days, *_ in kept), 0)
    assert changes > 3
