"""Loading a slice of rows straight into the schemas, as if the services had written and followed it all."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from bench import derived, indexes
from bench.dataset import Slice
from shared.pagination import Cursors

COLUMNS = {
    "customer.customers": "id kind name given_name family_name contact_points addresses identities"
    " contact_keys owner department region customer_class tags attributes open_keys personal_keys"
    " keys_recipe version created_at updated_at",
    "interaction.interactions": "customer_id id occurred_at channel direction purpose subject recorded_by"
    " version source_system source_id attributes created_at updated_at",
    "interaction.orders": "customer_id id occurred_at currency status lines total recorded_by"
    " version source_system source_id attributes created_at updated_at region salesperson department",
    "interaction.call_events": "call_id key id type occurred_at said recorded_by received_at",
}
# The tables that grow, the largest first: without indexes while rows are copied in.
GROWING = (
    "interaction.interactions",
    "interaction.source_keys",
    "interaction.history",
    "customer.customers",
    "customer.identities",
    "customer.history",
    "customer.relations",
    "interaction.orders",
    "interaction.calls",
    "interaction.call_events",
    "interaction.identities",
    "interaction.external_identities",
    "interaction.employments",
    "interaction.rhythms",
    "scoring.identities",
    "scoring.external_names",
    "scoring.facts",
)
TOLD = {
    "customer": (("customers", "customer.created"), ("relations", "relation.created")),
    "interaction": (
        ("interactions", "interaction.recorded"),
        ("orders", "order.created"),
        ("calls", "call.recorded"),
    ),
}
FOLLOWED = (("interaction", "customer"), ("scoring", "customer"), ("scoring", "interaction"))
LANES = 3  # connections
_TAILING = """
select (select count(*) from interaction.feed_cursors where tailing)
    + (select count(*) from scoring.feed_cursors where tailing)"""
# Interaction follows its own feed too, twice, and has all of it already.
OWN = 2
_OWN = """
update interaction.feed_cursors set step = step + 1,
    cursor = (select epoch || ':' || position from interaction.feed_head) where source <> 'customer'"""
_SESSION = {
    "synchronous_commit": "off",
    "maintenance_work_mem": "1GB",
    "max_parallel_maintenance_workers": "0",  # two indexes at once instead
    "work_mem": "256MB",
    "statement_timeout": "0",
}
_SERVER = {"max_wal_size": "16GB", "fsync": "off", "full_page_writes": "off"}


@dataclass(slots=True)
class Loaded:
    """How long loading took, by phase, in seconds."""

    phases: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        """Tell all of it, and each phase."""
        each = ", ".join(f"{name} {seconds:.1f}" for name, seconds in self.phases.items())
        return f"{sum(self.phases.values()):.0f} s ({each})"

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time a phase; the same one again adds to it."""
        began = time.perf_counter()
        yield
        self.phases[name] = self.phases.get(name, 0.0) + time.perf_counter() - began


async def load(dsn: str, part: Slice, cursors: Cursors, loaded: Loaded) -> None:
    """Load a slice. The feeds tell of it, and those who follow them stand behind it: they have it already."""
    async with _opened(dsn, loaded) as lanes:
        while await lanes.fetchval(_TAILING) < len(FOLLOWED) + OWN:  # noqa: ASYNC110 - others do it, in tables
            await asyncio.sleep(0.1)
        async with lanes.acquire() as owner:
            again = await indexes.drop(owner, GROWING)
        with loaded.phase("rows"):
            await asyncio.gather(_customers(lanes, part), _interactions(lanes, part), _orders(lanes, part))
            first = part.firsts
            await lanes.execute(derived.RHYTHMS, first.customer, first.interaction, first.call)
        with loaded.phase("indexes"):
            await indexes.make(lanes, again)
        with loaded.phase("feeds"):
            # Before anything is told: a follower that takes a page in between then finds that it has it.
            await derived.STATES.value(lanes, first=part.firsts.customer, currency="CNY")
            for statement in derived.CUBE:
                await statement.value(lanes, first=part.firsts.customer, currency="CNY")
            await asyncio.gather(*(_tell(lanes, service, part) for service in TOLD))
            await _follow(lanes, cursors)
        with loaded.phase("vacuum"):
            await _vacuum(lanes)


@asynccontextmanager
async def _opened(dsn: str, loaded: Loaded) -> AsyncIterator[asyncpg.Pool]:
    """Open the lanes; while something is loaded a crash may lose it, and the log has room."""
    async with asyncpg.create_pool(dsn, min_size=1, max_size=LANES, server_settings=_SESSION) as lanes:
        for name, value in _SERVER.items():
            await lanes.execute(f"alter system set {name} = '{value}'")
        await lanes.execute("select pg_reload_conf()")
        yield lanes
        for name in _SERVER:
            await lanes.execute(f"alter system reset {name}")
        await lanes.execute("select pg_reload_conf()")
        with loaded.phase("disk"):
            await lanes.execute("checkpoint")
            await asyncio.to_thread(os.sync)


async def _customers(lanes: asyncpg.Pool, part: Slice) -> None:
    async with lanes.acquire() as lane, lane.transaction():
        await _copy(lane, "customer.customers", part.customer_rows())
        await _derive(lane, derived.CUSTOMERS, part.firsts.customer)


async def _interactions(lanes: asyncpg.Pool, part: Slice) -> None:
    async with lanes.acquire() as lane, lane.transaction():
        await _copy(lane, "interaction.interactions", part.interaction_rows())
        await _derive(lane, derived.INTERACTIONS, part.firsts.interaction)
        await _derive(lane, derived.CALLS, part.firsts.call)


async def _orders(lanes: asyncpg.Pool, part: Slice) -> None:
    async with lanes.acquire() as lane, lane.transaction():
        await _copy(lane, "interaction.orders", part.order_rows())
        await _derive(lane, derived.ORDERS, part.firsts.order)


async def _copy(lane: PoolConnectionProxy, table: str, lines: Iterable[bytes]) -> None:
    async def source() -> AsyncIterator[bytes]:
        for chunk in lines:
            yield chunk

    schema, name = table.split(".")
    columns = COLUMNS[table].split()
    await lane.copy_to_table(name, schema_name=schema, columns=columns, source=source())


async def _derive(lane: PoolConnectionProxy, statements: Sequence[str], first: UUID) -> None:
    for statement in statements:
        await lane.execute(statement, first)


async def _tell(lanes: asyncpg.Pool, schema: str, part: Slice) -> None:
    firsts = part.firsts._asdict()
    async with lanes.acquire() as lane, lane.transaction():
        for table, kind in TOLD[schema]:
            head = await lane.fetchval(f"select position from {schema}.feed_head for update")
            statement = derived.TOLD.format(schema=schema, table=table, type=kind)
            await lane.execute(statement, firsts[kind.split(".")[0]], head)
            end = f"(select coalesce(max(through), {head}) from {schema}.feed)"
            await lane.execute(f"update {schema}.feed_head set position = {end}")


async def _follow(lanes: asyncpg.Pool, cursors: Cursors) -> None:
    async with lanes.acquire() as lane, lane.transaction():
        for service, source in FOLLOWED:
            await _advance(lane, cursors, service, source)
        await lane.execute(_OWN)


async def _advance(owner: PoolConnectionProxy, cursors: Cursors, service: str, source: str) -> None:
    scope, where = f"/{source}", f"from {service}.feed_cursors where source = $1"
    held = await owner.fetchval(f"select cursor {where} for update", source)
    epoch, _, *rest = cursors.decode(held, scope)
    position = await owner.fetchval(f"select position from {source}.feed_head")
    await owner.execute(
        f"update {service}.feed_cursors set cursor = $2, step = step + 1 where source = $1",
        source,
        cursors.encode((epoch, position, *rest), scope),
    )


async def _vacuum(lanes: asyncpg.Pool) -> None:
    """Have statistics and the visibility maps of all tables, as after a night of autovacuum."""
    waiting = iter([row[0] for row in await lanes.fetch(_TABLES)])

    async def work() -> None:
        async with lanes.acquire() as lane:
            for table in waiting:
                await lane.execute(f"vacuum (analyze) {table}")

    await asyncio.gather(*(work() for _ in range(indexes.AT_ONCE)))


_TABLES = """
select oid::regclass::text from pg_class where relkind = 'r' and relnamespace::regnamespace::text in
    ('customer', 'interaction', 'scoring', 'gateway') order by pg_relation_size(oid) desc"""
