"""Pages of hits are those of the ranking, however the statement reads a tier: common, rare, or thinning."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.customer.search.meeting import SAMPLE
from shared.auth import Visibility
from tests.support.running import ANYBODY, Running

MANY = 3 * SAMPLE
# Of the newest some are called Thin, and none before them: their sample promises more than there is.
FILL = """
insert into customer.customers (id, kind, name, contact_points, addresses, identities, contact_keys, owner,
    region, tags, attributes, version, created_at, updated_at, keys_recipe, open_keys, personal_keys)
select ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'person', name, '[]', '[]', '[]', '{}',
    case when i % 3 = 0 then 'u-seller' end, 'r-' || i % 2, '{}', '{}', 1, at, at, 1,
    array_to_tsvector(array['=' || lower(name), '#comid' || i] || regexp_split_to_array(lower(name), ' ')), ''
from (select i, timestamptz '2020-01-01' + i / 2 * interval '1 min' as at,
        case when i = 5 then 'Ukri Voxel' when i % 50 = 0 then 'Rara' when i % 7 = 0 then 'Comm'
            when i % 2 = 0 then 'Commo Rest'
            when i > $1 - 120 and i % 11 = 1 then 'Thin' else 'Comm Rest' end as name
    from generate_series(1, $1) i) rows
"""
ORDER = {"comm": ("Comm", "Comm Rest", "Commo Rest"), "rara": ("Rara",), "thin": ("Thin",), "co": ("*",)}


@pytest.fixture(scope="module")
async def everybody(customer: Running) -> AsyncIterator[list[dict[str, Any]]]:
    """Fill the table; return its rows, the newest first."""
    pool = customer.database.pool
    await pool.execute("truncate customer.customers")
    await pool.execute(FILL, MANY)
    await pool.execute("analyze customer.customers")
    rows = await pool.fetch(
        "select id::text, name, owner, region from customer.customers order by created_at desc, id desc"
    )
    yield list(map(dict, rows))
    await pool.execute("truncate customer.customers")


async def walked(client: httpx.AsyncClient, limit: int, **asked: Any) -> list[str]:
    """Return the ids of all hits, page by page."""
    body, seen = {**asked, "limit": limit}, list[str]()
    while True:
        answer = (await client.post("/v1/customers/search", json=body)).raise_for_status().json()
        assert len(answer["items"]) == limit or answer["next"] is None
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            return seen
        body["cursor"] = answer["next"]


@pytest.mark.parametrize("limit", [9, 200])
@pytest.mark.parametrize("region", [None, "r-1"])
@pytest.mark.parametrize("visibility", [Visibility.ALL, Visibility.OWN])
@pytest.mark.parametrize("question", ORDER)
async def test_every_way_leads_to_the_same_pages(
    customer: Running,
    everybody: list[dict[str, Any]],
    *,
    question: str,
    visibility: Visibility,
    region: str | None,
    limit: int,
) -> None:
    seen = [
        row
        for row in everybody
        if region in {None, row["region"]} and (visibility is Visibility.ALL or row["owner"] == "u-seller")
    ]
    beginning = [row["id"] for row in seen if row["name"].startswith("Co")]
    tiers = ([row["id"] for row in seen if row["name"] == name] for name in ORDER[question])
    expected = beginning if question == "co" else [id_ for tier in tiers for id_ in tier]
    tree = {"field": "region", "op": "eq", "value": region} if region else None
    async with customer.client(replace(ANYBODY, id="u-seller", visibility=visibility)) as client:
        assert await walked(client, limit, q=question, filter=tree) == expected


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("ukr vox", [5]),
        ("vo uk", [5]),
        ("co vox", []),  # each begins a word of somebody's
        ("uk vexo", []),  # one begins nobody's
        ("com id59", [59, *range(599, 589, -1)]),  # nor here: ids begin so, written as one
    ],
)
async def test_several_beginnings_are_those_of_one_customer(
    customer: Running, everybody: list[dict[str, Any]], question: str, numbers: list[int]
) -> None:
    there = {int(row["id"][-12:], 16): row["id"] for row in everybody}
    async with customer.client(ANYBODY) as client:
        assert await walked(client, 30, q=question) == [there[number] for number in numbers]
