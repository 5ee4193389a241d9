"""Plans: the usual filters read their index, and only as much of it as a page needs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from filters.conditions import read
from services.customer.search import queries
from services.customer.search.fields import fields
from services.customer.search.hits import hits
from services.customer.search.schemas import CustomerSortField, SortDirection
from shared.auth import Visibility
from tests.support.running import ANYBODY, Running

MANY = """
insert into customer.customers (id, kind, name, contact_points, addresses, identities, contact_keys, owner,
    department, region, customer_class, tags, attributes, version, created_at, updated_at)
select gen_random_uuid(), 'person', 'name ' || i, '[]', '[]', '[]', array['tel:+86' || i], 'u-' || i % 400,
    'd-' || i % 200, 'r-' || i % 300, case when i % 2000 = 0 then 'vip' else 'retail' end, '{}', '{}', 1,
    timestamptz '2020-01-01' + i * interval '1 min',
    timestamptz '2020-01-01' + (i * 7919) % 20000 * interval '1 min'
from generate_series(1, 20000) i
"""
DAY = ["2020-01-05T00:00:00Z", "2020-01-05T02:00:00Z"]
AS = {"principal_id": "u-7", "principal_department": None}
NEWEST = (CustomerSortField.CREATED_AT, SortDirection.DESC)


@pytest.fixture(scope="module")
async def full(customer: Running) -> AsyncIterator[Running]:
    """Fill the table, so that an index is worth reading."""
    await customer.database.pool.execute(MANY)
    await customer.database.pool.execute("vacuum analyze customer.customers")
    yield customer
    await customer.database.pool.execute("truncate customer.customers")


def is_(field: str, value: object, op: str = "eq") -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("tree", "index"),
    [
        (is_("owner", "u-7"), "owner_created_at"),
        (is_("owner", "nobody"), "owner_created_at"),
        (is_("owner", ["u-7", "u-8"], "in"), "owner_created_at"),
        (is_("department", "d-7"), "department_created_at"),
        (is_("region", "r-7"), "region_created_at"),
        (is_("customer_class", "vip"), "customer_class_created_at"),
        (is_("created_at", DAY, "between"), "customers_created_at"),
        (is_("updated_at", DAY, "between"), "customers_updated_at"),
        (is_("phone", "+8613800138000", "contains"), "contact_keys"),
        (is_("id", "0192f0c1-0000-7000-8000-000000000001"), "pk_customers"),
        ({"and": [is_("customer_class", "retail"), is_("owner", "u-7")]}, "owner_created_at"),
        ({"and": [is_("owner", "u-7"), {"not": is_("region", "r-7")}]}, "owner_created_at"),
    ],
    ids=str,
)
async def test_a_usual_filter_reads_its_index(full: Running, tree: dict[str, Any], index: str) -> None:
    wanted = read(tree, fields("CN"), ANYBODY)
    given = {"last_at": None, "last": None, "limit": 51, **wanted.given}
    statement = queries.page(wanted.shape, *NEWEST).statement(ANYBODY, given)
    rows = await full.database.pool.fetch(f"explain {statement.sql}", *statement.arguments(given))
    plan = "\n".join(row[0] for row in rows)
    assert index in plan, plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("visibility", [Visibility.ALL, Visibility.OWN])
async def test_a_search_reads_its_indexes_by_a_plan_that_is_kept(
    full: Running, visibility: Visibility
) -> None:
    who = replace(ANYBODY, visibility=visibility)
    given = {"first": 1, "limit": 21, "last_at": None, "last_id": None, "personal": [None], **AS}
    given |= {"cheap": [None], "words": ["na:*", "x:*"]}
    statement = hits((), visibility, personal=True).statement(who, {})
    async with full.database.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("set local plan_cache_mode = force_generic_plan")
            asked = statement.arguments({**given, "open": ["x"]})
            rows = await connection.fetch(f"explain {statement.sql}", *asked)
        for word in ("name", "1", "rara", "x", "7", "a | b", "co:*"):
            await statement.all(connection, **{**given, "open": [word]})
        kept = "select generic_plans from pg_prepared_statements where statement = $1"
        assert await connection.fetchval(kept, statement.sql) > 0
    plan = "\n".join(row[0] for row in rows)
    newest = "owner_created_at" if visibility is Visibility.OWN else "customers_created_at"
    for index in ("ix_customers_open_keys", "ix_customers_personal_keys", newest):
        assert index in plan, plan
    assert "Seq Scan" not in plan
