"""Whatever happens, in any order: states are what a recount from nothing gives, of ids and of customers."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from asyncpg import Record
from hypothesis import HealthCheck, Phase, given, settings

from services.scoring import following
from services.scoring.facts.models import Fact
from services.scoring.states.histories import of_everybody, of_some
from services.scoring.states.queries import recount
from shared.statements import Statement
from tests.services.scoring.base import FOLLOWER, Base, id_of, rate
from tests.services.scoring.states.oracle import equal
from tests.services.scoring.states.world import PEOPLE, START, STEPS, World

FROM_NOTHING = Statement(recount(Fact.customer_id).order_by("customer_id"))
STATES = "select {} from scoring.states order by customer_id"
TABLES = ("facts", "states", "marks", "identities", "external_names", "exchange_rates")
EVERYTHING = "truncate " + ", ".join(f"scoring.{table}" for table in TABLES)
DOLLAR = rate("USD", "CNY", "2025-12-01", "7")
Step = tuple[str, Any]
EXAMPLES = 5  # half a second each; a hundred found nothing


async def happens(base: Base, world: World, step: Step) -> None:
    """Let a step happen in the world, and be told of."""
    what, given_ = step
    if what == "facts":
        await base.facts_told(*world.buy(given_))
    elif what == "forget":
        await base.facts_told(*world.forget(*given_))
    elif what in {"repeat", "stale"}:
        before = await held(base)
        await base.facts_told(
            *{one.subject: one for one in (world.told if what == "repeat" else world.older)}.values()
        )
        assert await held(base) == before  # idempotent by fact
    elif what == "facts anew":
        world.generation += 1
        await base.facts_told(replace(DOLLAR, generation=world.generation), *world.facts())
        await swept(base, base.facts.sweep, world.generation)
        world.oracle.facts = {key: one for key, one in world.oracle.facts.items() if not one.gone}
    elif what == "customers anew":
        world.generation += 1
        await base.customers(*world.customers())
        await swept(base, following.sweep_customers, world.generation)
    else:
        told = getattr(world, what)(*given_ if what == "merge" else (given_,))
        await base.customers(*told)


async def swept(base: Base, sweep: Any, generation: int) -> None:
    async with base.scoring.database.begin(FOLLOWER, at=base.scoring.core.clock()) as tx:
        await sweep(tx, generation)


async def held(base: Base) -> list[Record]:
    pool = base.scoring.database.pool
    return list(await pool.fetch("select * from scoring.facts order by customer_id, kind, subject"))


async def states(base: Base) -> tuple[list[Record], list[Record]]:
    """Return the states as they are kept, and as a count of all facts gives them."""
    pool = base.scoring.database.pool
    counted = await FROM_NOTHING.all(pool, currency="CNY")
    names = ", ".join(str(column.key) for column in recount(Fact.customer_id).selected_columns)
    return list(await pool.fetch(STATES.format(names))), counted


async def check(base: Base, world: World) -> None:
    kept, counted = await states(base)
    assert kept == counted
    for until in (START + timedelta(60), START + timedelta(15)):
        expected = {name: world.oracle.history(until, *ids) for name, ids in world.groups().items()}
        async with base.scoring.database.pool.acquire() as on, on.transaction():
            equal(await of_everybody(on, until=until, currency="CNY"), expected)
            ids = [id_of(name) for name in PEOPLE]
            equal(await of_some(on, ids, until=until, currency="CNY"), expected)


@given(STEPS)
@settings(
    max_examples=EXAMPLES,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_states_are_a_recount_whatever_happened(base: Base, steps: list[Step]) -> None:
    await base.scoring.database.pool.execute(EVERYTHING)
    world = World()
    await base.facts_told(DOLLAR)
    await base.customers(*world.customers())
    for step in steps:
        await happens(base, world, step)
        await check(base, world)
