"""Loading a slice of rows straight into the schemas, as if the services had written and followed it all."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy import Uuid, bindparam
from sqlalchemy.dialects.postgresql import insert

from bench.dataset import SYSTEM, Slice
from services.scoring.facts.models import Fact
from services.scoring.states.models import State
from services.scoring.states.queries import CURRENCY, recount
from shared.pagination import Cursors
from shared.statements import Statement

CUSTOMERS = [
    "id",
    "kind",
    "name",
    "given_name",
    "family_name",
    "contact_points",
    "addresses",
    "identities",
    "contact_keys",
    "owner",
    "department",
    "region",
    "customer_class",
    "tags",
    "attributes",
    "open_keys",
    "personal_keys",
    "keys_recipe",
    "version",
    "created_at",
    "updated_at",
]
INTERACTIONS = [
    "customer_id",
    "id",
    "occurred_at",
    "channel",
    "direction",
    "purpose",
    "subject",
    "recorded_by",
    "version",
    "source_system",
    "source_id",
    "attributes",
    "created_at",
    "updated_at",
]
ORDERS = [
    "customer_id",
    "id",
    "occurred_at",
    "currency",
    "status",
    "lines",
    "total",
    "recorded_by",
    "version",
    "source_system",
    "source_id",
    "attributes",
    "created_at",
    "updated_at",
]
# The tables that grow, whose indexes are made anew at the end: several times as fast as keeping them up.
GROWING = [
    "customer.customers",
    "customer.identities",
    "customer.history",
    "interaction.interactions",
    "interaction.orders",
    "interaction.source_keys",
    "interaction.history",
    "interaction.identities",
    "interaction.external_identities",
    "scoring.identities",
    "scoring.external_names",
    "scoring.facts",
]
FOLLOWED = (("interaction", "customer"), ("scoring", "customer"), ("scoring", "interaction"))
_TAILING = """
select (select count(*) from interaction.feed_cursors where tailing)
    + (select count(*) from scoring.feed_cursors where tailing)"""
# Interaction follows its own feed too, and has all of it already.
_OWN = """
update interaction.feed_cursors set step = step + 1,
    cursor = (select epoch || ':' || position from interaction.feed_head) where source = 'interaction'"""
_SESSION = """
set local synchronous_commit = off; set local maintenance_work_mem = '512MB'; set local work_mem = '256MB'"""

_FROM_CUSTOMERS = """
insert into customer.identities
    select '{system}', '', identities -> 0 ->> 'id', id from customer.customers where id >= $1;
insert into interaction.identities (original_id, current_id, owner, department, customer_version, generation)
    select id, id, owner, department, version, 1 from customer.customers where id >= $1;
insert into interaction.external_identities
    select system, external_id, customer_id from customer.identities where customer_id >= $1;
insert into scoring.identities (original_id, current_id, owner, department, generation, version)
    select id, id, owner, department, 1, version from customer.customers where id >= $1;
insert into scoring.external_names
    select system, kind, external_id, customer_id from customer.identities where customer_id >= $1;
insert into customer.history
    select id, 1, created_at, 'bench', 'bench', '{transaction}', jsonb_build_object(
        'name', jsonb_build_object('from', null, 'to', name),
        'contact_points', jsonb_build_object('from', '[]'::jsonb, 'to', contact_points),
        'identities', jsonb_build_object('from', '[]'::jsonb, 'to', identities),
        'owner', jsonb_build_object('from', null, 'to', owner),
        'department', jsonb_build_object('from', null, 'to', department))
    from customer.customers where id >= $1"""
_FROM_FACTS = """
insert into interaction.source_keys
    select source_system, source_id, '{kind}', id, customer_id from interaction.{table} where id >= $1;
insert into interaction.history
    select id, 1, created_at, 'bench', 'bench', '{transaction}', '{{}}'
    from interaction.{table} where id >= $1"""
_FROM_ORDERS = """
insert into scoring.facts
    (customer_id, kind, subject, generation, version, day, amount, cost, costed, currency, status, counts)
    select customer_id, 'order', id, 1, version, (occurred_at at time zone 'UTC')::date, total,
        (lines -> 0 ->> 'cost')::numeric + (lines -> 1 ->> 'cost')::numeric, total, currency, status, true
    from interaction.orders where id >= $1"""
_counted = recount(Fact.customer_id, Fact.customer_id >= bindparam("first", type_=Uuid))
_STATES = Statement(
    insert(State).from_select(
        [*(str(column.key) for column in _counted.selected_columns), "currency"],
        _counted.add_columns(CURRENCY),
    )
)
# Headers of a thousand entries, as batches leave them, stamped as the sequencer would.
_TOLD = """
insert into {schema}.feed (n, type, fields, transaction, at, subjects, versions, through)
    select count(*), '{type}', '{{}}', '{transaction}', max(created_at), array_agg(id order by id),
        array_agg(version order by id), $2::bigint + sum(count(*)) over (order by part)
    from (select id, version, created_at, (row_number() over (order by id) - 1) / 1000 as part
          from {schema}.{table} where id >= $1) as rows
    group by part order by part"""
_TRANSACTION = "01900000-0000-7000-8000-000000000000"


async def load(owner: asyncpg.Connection, part: Slice, cursors: Cursors) -> float:
    """Load a slice in one transaction; return the seconds that it took.

    The feeds tell of it, and those who follow them stand behind it: they have it already.
    """
    while await owner.fetchval(_TAILING) < len(FOLLOWED) + 1:  # noqa: ASYNC110 - others do it, in tables
        await asyncio.sleep(0.1)
    began = time.perf_counter()
    async with owner.transaction():
        await owner.execute(_SESSION)
        async with _without_indexes(owner, GROWING):
            await _copy(owner, "customer.customers", CUSTOMERS, part.customer_rows())
            await _copy(owner, "interaction.interactions", INTERACTIONS, part.interaction_rows())
            await _copy(owner, "interaction.orders", ORDERS, part.order_rows())
            await _derive(owner, part)
        await _tell(owner, part)
        for service, source in FOLLOWED:
            await _advance(owner, cursors, service, source)
        await owner.execute(_OWN)
    await owner.execute("vacuum (analyze)")
    await owner.execute("checkpoint")
    return time.perf_counter() - began


async def _copy(
    owner: asyncpg.Connection, table: str, columns: Sequence[str], lines: Iterable[bytes]
) -> None:
    async def source() -> AsyncIterator[bytes]:
        for chunk in lines:
            yield chunk

    schema, name = table.split(".")
    await owner.copy_to_table(name, schema_name=schema, columns=columns, source=source())


async def _derive(owner: asyncpg.Connection, part: Slice) -> None:
    firsts = part.firsts
    scripts = (
        (_FROM_CUSTOMERS.format(system=SYSTEM, transaction=_TRANSACTION), firsts.customer),
        (
            _FROM_FACTS.format(kind="interaction", table="interactions", transaction=_TRANSACTION),
            firsts.interaction,
        ),
        (_FROM_FACTS.format(kind="order", table="orders", transaction=_TRANSACTION), firsts.order),
        (_FROM_ORDERS, firsts.order),
    )
    for script, first in scripts:
        for statement in script.split(";\n"):
            await owner.execute(statement, first)
    await _STATES.value(owner, first=firsts.customer, currency="CNY")


async def _tell(owner: asyncpg.Connection, part: Slice) -> None:
    told = (
        ("customer", "customers", "customer.created", part.firsts.customer),
        ("interaction", "interactions", "interaction.recorded", part.firsts.interaction),
        ("interaction", "orders", "order.created", part.firsts.order),
    )
    for schema, table, kind, first in told:
        head = await owner.fetchval(f"select position from {schema}.feed_head for update")
        statement = _TOLD.format(schema=schema, table=table, type=kind, transaction=_TRANSACTION)
        await owner.execute(statement, first, head)
        await owner.execute(
            f"update {schema}.feed_head set position = (select max(through) from {schema}.feed)"
        )


async def _advance(owner: asyncpg.Connection, cursors: Cursors, service: str, source: str) -> None:
    scope, where = f"/{source}", f"from {service}.feed_cursors where source = $1"
    held = await owner.fetchval(f"select cursor {where} for update", source)
    epoch, _, *rest = cursors.decode(held, scope)
    position = await owner.fetchval(f"select position from {source}.feed_head")
    await owner.execute(
        f"update {service}.feed_cursors set cursor = $2, step = step + 1 where source = $1",
        source,
        cursors.encode((epoch, position, *rest), scope),
    )


@asynccontextmanager
async def _without_indexes(owner: asyncpg.Connection, tables: Iterable[str]) -> AsyncIterator[None]:
    """Drop keys and indexes of the tables for the length of the block."""
    again: list[str] = []
    for table in tables:
        for name, definition in await owner.fetch(_KEYS, table):
            await owner.execute(f'alter table {table} drop constraint "{name}"')
            again.append(f'alter table {table} add constraint "{name}" {definition}')
        for name, definition in await owner.fetch(_INDEXES, table):
            await owner.execute(f"drop index {name}")
            again.append(definition)
    yield
    for statement in again:
        await owner.execute(statement)


_KEYS = """
select conname, pg_get_constraintdef(oid) from pg_constraint
where conrelid = $1::text::regclass and contype in ('p', 'u')"""
_INDEXES = """
select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
where indrelid = $1::text::regclass"""
