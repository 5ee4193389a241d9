"""A timeline is read from either end, turned either way, narrowed, and counted."""

import random
from collections import Counter
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from feed.consumer import Follower
from services.interaction.timeline.facts import FactKind
from services.interaction.timeline.kinds import TOLD
from services.interaction.timeline.queries import Shape, timeline
from services.interaction.timeline.schemas import TimelinePage, TimelineTotals
from shared.auth import Principal
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_catalogue import OF_THE_TEXT
from tests.services.interaction.test_timeline import fill, key, read
from tests.support.running import ANYBODY, Running

CHANNEL = ("phone", "email", "sms", "visit", "letter")
PURPOSE = ("sale", "complaint", None)


def test_every_kind_that_is_told_has_a_word_in_the_document() -> None:
    assert set(FactKind) == TOLD.keys()


async def mixed(client: httpx.AsyncClient, customer: Any, count: int = 60) -> list[dict[str, Any]]:
    """Record contacts of every sort over some months; return them as they are shown."""
    draw = random.Random(7)  # noqa: S311 - any will do
    items = [
        contact(
            customer,
            channel=draw.choice(CHANNEL),
            direction=draw.choice(("inbound", "outbound", "none")),
            purpose=draw.choice(PURPOSE),
            occurred_at=f"2026-{draw.randint(1, 6):02}-{draw.choice((1, 15, 28)):02}T23:30:00-01:00",
        )
        for _ in range(count)
    ]
    results = (await client.post("/v1/interactions/batch", json={"items": items})).json()["results"]
    return [(await client.get(f"/v1/interactions/{each['id']}")).json() for each in results]


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in items]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 4, 100])
async def test_each_end_shows_the_same_and_each_page_leads_back(
    client: httpx.AsyncClient, limit: int, order: str
) -> None:
    customer = name()
    await fill(client, key(customer), 1)
    path = f"/v1/customers/erp:{customer}/timeline"
    newest = ids(await read(client, path, limit=100))
    expected = newest if order == "desc" else newest[::-1]
    seen: list[list[str]] = []
    url: str | None = f"{path}?limit={limit}&order={order}"
    while url:
        answer = await client.get(url)
        TimelinePage.model_validate(answer.json())
        seen.append(ids(answer.json()["items"]))
        url = answer.links.get("next", {}).get("url")
    assert [each for page in seen for each in page] == expected
    back = []
    while answer.json()["previous"]:
        answer = await client.get(answer.links["prev"]["url"])
        back.append(ids(answer.json()["items"]))
        assert answer.json()["next"]
    assert back[::-1] == seen[:-1]
    if back:
        onward = await client.get(answer.links["next"]["url"])
        assert ids(onward.json()["items"]) == seen[1]


async def test_what_came_since_is_seen_by_going_back(client: httpx.AsyncClient) -> None:
    customer = name()
    path = f"/v1/customers/erp:{customer}/timeline"
    await mixed(client, key(customer), 6)
    first = (await client.get(path, params={"limit": 3})).json()
    second = (await client.get(path, params={"limit": 3, "cursor": first["next"]})).json()
    late = await client.post(
        "/v1/interactions", json=contact(key(customer), occurred_at="2027-01-01T00:00:00Z")
    )
    back = (await client.get(path, params={"limit": 3, "cursor": second["previous"]})).json()
    assert ids(back["items"]) == ids(first["items"])
    newer = (await client.get(path, params={"limit": 3, "cursor": back["previous"]})).json()
    assert (ids(newer["items"]), newer["previous"]) == ([late.json()["id"]], None)


ELECTRONIC = OF_THE_TEXT["electronic"].split()
NARROWED: list[tuple[dict[str, str], Any]] = [
    ({"channel": "phone"}, lambda c: c["channel"] == "phone"),
    ({"group": "electronic"}, lambda c: c["channel"] in ELECTRONIC),
    ({"group": "letter", "channel": "phone"}, lambda _: False),
    ({"direction": "inbound"}, lambda c: c["direction"] == "inbound"),
    ({"purpose": "complaint", "order": "asc"}, lambda c: c["purpose"] == "complaint"),
    ({"since": "2026-03-01T00:00:00Z"}, lambda c: c["occurred_at"] >= "2026-03-01T00:00:00"),
    (
        {"until": "2026-05-01T00:00:00Z", "direction": "outbound", "group": "electronic"},
        lambda c: (
            c["occurred_at"] < "2026-05-01T00:00:00"
            and c["direction"] == "outbound"
            and c["channel"] in ELECTRONIC
        ),
    ),
]


async def test_filters_narrow_pages_and_totals_alike(client: httpx.AsyncClient) -> None:
    customer = name()
    path = f"/v1/customers/erp:{customer}/timeline"
    contacts = await mixed(client, key(customer))
    for params, wanted in NARROWED:
        expected = {each["id"]: each for each in contacts if wanted(each)}
        found = await read(client, path, limit=4, **params)
        assert sorted(ids(found)) == sorted(expected), params
        assert all(item["data"] == expected[item["id"]] for item in found)
        moments = [(item["occurred_at"], UUID(item["id"])) for item in found]
        assert moments == sorted(moments, reverse=params.get("order") != "asc")
        narrowing = {name: value for name, value in params.items() if name != "order"}
        totals = (await client.get(f"{path}/totals", params=narrowing)).json()
        assert sum(each["count"] for each in totals["items"]) == len(expected), params


async def test_contacts_in_which_somebody_took_part(client: httpx.AsyncClient, interaction: Running) -> None:
    customer, mail = name(), f"{name()}@example.com"
    agent = {"side": "firm", "role": "agent", "principal": "u-12"}
    buyer = {"side": "customer", "role": "from", "customer": key(customer), "contact_point": mail}
    made = []
    for participants in ([agent], [agent, buyer], [buyer], []):
        body = contact(key(customer), participants=participants)
        made.append((await client.post("/v1/interactions", json=body)).json()["id"])
    path = f"/v1/customers/erp:{customer}/timeline"
    for person, expected in (
        ("u-12", made[:2]),
        (mail, made[1:3]),
        (f"erp:{customer}", made[1:3]),
        ("u-1", []),
    ):
        found = await read(client, path, person=person)
        assert sorted(ids(found)) == sorted(expected), person
    masked = interaction.client(Principal("u-1", frozenset(("*",)), personal=False))
    refused = await masked.get(path, params={"person": mail})
    assert (refused.status_code, refused.json()["code"]) == (403, "masked_field")


async def test_totals_are_those_of_a_recount(
    client: httpx.AsyncClient, peer: Peer, follower: Follower
) -> None:
    names = [name(), name()]
    contacts = [each for some in names for each in await mixed(client, key(some), 20)]
    await fill(client, key(names[0]), 2)
    customer = peer.put(*names)
    for _ in range(2):
        await follower.step()
    totals = (await client.get(f"/v1/customers/{customer}/timeline/totals")).json()
    TimelineTotals.model_validate(totals)
    assert [each["month"] for each in totals["items"]] == sorted(
        (each["month"] for each in totals["items"]), reverse=True
    )
    items = await read(client, f"/v1/customers/{customer}/timeline")
    expected = Counter((item["occurred_at"][:7], item["kind"], item["channel"]) for item in items)
    counted = {(each["month"], each["kind"], each["channel"]): each["count"] for each in totals["items"]}
    assert counted == expected
    inbound = sum(each["inbound"] for each in totals["items"])
    assert inbound == sum(each["direction"] == "inbound" for each in contacts)


async def test_months_of_totals_are_those_of_utc_at_any_time(client: httpx.AsyncClient) -> None:
    customer = name()
    for moment in (
        "0001-01-02T00:00:00Z",
        "1969-06-30T23:30:00-01:00",
        "1999-12-31T23:59:59.999999Z",
        "2000-01-01T00:00:00Z",
        "2024-02-29T23:59:59Z",
        "2024-03-01T07:59:59+08:00",
        "2024-03-01T00:00:00Z",
    ):
        body = contact(key(customer), occurred_at=moment)
        assert (await client.post("/v1/interactions", json=body)).status_code == 201
    totals = (await client.get(f"/v1/customers/erp:{customer}/timeline/totals")).json()["items"]
    assert [(each["month"], each["count"]) for each in totals] == [
        ("2024-03", 1),
        ("2024-02", 2),
        ("2000-01", 1),
        ("1999-12", 1),
        ("1969-07", 1),
        ("0001-01", 1),
    ]


async def test_totals_are_for_those_who_may_see(client: httpx.AsyncClient, interaction: Running) -> None:
    customer = name()
    await fill(client, key(customer), 1)
    path = f"/v1/customers/erp:{customer}/timeline/totals"
    no_orders = interaction.client(Principal("u-1", frozenset(("interactions:read",))))
    assert {each["kind"] for each in (await no_orders.get(path)).json()["items"]} == {"interaction"}
    assert (await client.get(f"/v1/customers/erp:{name()}/timeline/totals")).status_code == 404


@pytest.mark.parametrize(("parameter", "code"), [("group", "unknown_group"), ("kinds", "unknown_kind")])
async def test_what_is_not_there_to_be_asked_for(
    client: httpx.AsyncClient, parameter: str, code: str
) -> None:
    customer = name()
    await fill(client, key(customer), 1)
    answer = await client.get(f"/v1/customers/erp:{customer}/timeline", params={parameter: "lunch"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


MANY = """
insert into interaction.interactions
  (customer_id, id, occurred_at, channel, direction, recorded_by, version, attributes, created_at, updated_at)
select case when g % 4 = 0 then $1 else gen_random_uuid() end, gen_random_uuid(), now() + g * interval '1s',
  case when g % 400 = 0 then 'gift' else 'phone' end, 'none', 'x', 1, '{}', now(), now()
from generate_series(1, 32000) g
"""  # a quarter is one customer's: of a table that is all one's, the planner rightly reads everything


async def test_a_filter_reads_the_index_and_not_the_facts(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    (made, *_) = await fill(client, key(name()), 1)
    pool = interaction.database.pool
    of = await pool.fetchval("select customer_id from interaction.interactions where id = $1", UUID(made))
    await pool.execute(MANY, of)
    await pool.execute("vacuum analyze interaction.interactions")
    shape = Shape(frozenset(("interaction",)), frozenset(("channels",)))
    page = timeline(shape).statement(ANYBODY, {})
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local plan_cache_mode = force_generic_plan")
        await connection.execute(f"prepare page as {page.sql}")
        arguments = page.arguments({"of": of, "limit": 5, "channels": ["gift"]})
        given = ", ".join(f"'{{{','.join(a)}}}'" if isinstance(a, list) else f"'{a}'" for a in arguments)
        told = await connection.fetchval(f"explain (analyze, format json) execute page({given})")
        await connection.execute("deallocate page")
    (plan,) = orjson.loads(orjson.dumps(told))
    parts = [part for part in _parts(plan["Plan"]) if part.get("Relation Name") == "interactions"]
    scans = {part["Node Type"]: part for part in parts}
    assert scans["Index Only Scan"]["Index Name"] == "ix_interactions_told"
    assert scans["Index Only Scan"]["Heap Fetches"] == 0
    assert scans["Index Scan"]["Actual Loops"] == 5


def _parts(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(below for part in plan.get("Plans", ()) for below in _parts(part))]


def test_what_may_stand_on_a_timeline_is_documented() -> None:
    assert set(FactKind) == TOLD.keys()
