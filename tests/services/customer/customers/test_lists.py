"""Lists: filters, and pages that are complete whatever happens meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.customer.conftest import Create
from tests.support.running import Running

PATH = "/v1/customers"


async def ids(client: httpx.AsyncClient, **filters: object) -> list[str]:
    answer = await client.get(PATH, params={"limit": 1000, **filters})
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("field", "value", "query"),
    [
        ("owner", "u-77", {"owner": "u-77"}),
        ("department", "d-77", {"department": "d-77"}),
        ("region", "华东 & Süd", {"region": "华东 & Süd"}),
        ("customer_class", "c-77", {"customer_class": "c-77"}),
        ("tags", ["a", "t-77"], {"tag": "t-77"}),
        ("contact_points", [{"type": "mobile", "value": "139 7777 0001"}], {"phone": "+8613977770001"}),
        ("contact_points", [{"type": "phone", "value": "+86 13977770002"}], {"phone": "139-7777-0002"}),
        ("contact_points", [{"type": "email", "value": "U77@B.cn"}], {"email": "u77@b.CN"}),
    ],
)
async def test_a_filter_finds_what_has_the_value(
    client: httpx.AsyncClient, create: Create, field: str, value: object, query: dict[str, str]
) -> None:
    first, second = (await create(**{field: value}))["id"], (await create(**{field: value}))["id"]
    await create()
    assert await ids(client, **query) == [second, first]
    assert await ids(client, **query, kind="organization") == []


async def test_filters_are_all_met(client: httpx.AsyncClient, create: Create) -> None:
    region = uuid4().hex
    person = await create(region=region)
    firm = await create(region=region, kind="organization", tags=["x"])
    assert await ids(client, region=region, kind="person") == [person["id"]]
    assert await ids(client, region=region, tag="x") == [firm["id"]]


async def test_times_bound_a_list(client: httpx.AsyncClient, create: Create, customer: Running) -> None:
    region, start = uuid4().hex, datetime(2030, 1, 1, tzinfo=UTC)
    made = []
    for hour in range(3):
        customer.core.clock = lambda hour=hour: start + timedelta(hours=hour)
        made.append(await create(region=region))
    customer.core.clock = lambda: start + timedelta(hours=9)
    path = f"{PATH}/{made[0]['id']}"
    await client.patch(path, json={"name": "x"}, headers={"If-Match": '"1"'})
    customer.core.clock = lambda: datetime.now(UTC)
    one, two, three = (each["id"] for each in made)
    assert await ids(client, region=region, created_after="2030-01-01T00:00:00Z") == [three, two]
    assert await ids(client, region=region, updated_after="2030-01-01T01:00:00+00:00") == [one, three]
    assert await ids(client, region=region, updated_after="2029-01-01T00:00:00Z") == [one, three, two]


async def test_a_walk_is_complete_and_meets_nobody_twice(client: httpx.AsyncClient, create: Create) -> None:
    region = uuid4().hex
    made = [(await create(region=region))["id"] for _ in range(25)]
    met: list[str] = []
    answer = await client.get(PATH, params={"region": region, "limit": 4})
    while True:
        page: dict[str, Any] = answer.json()
        met += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        await create(region=region)  # newer than the walk's beginning
        link = answer.headers["link"]
        assert link.endswith('>; rel="next"')
        answer = await client.get(link[1 : link.index(">")])
    assert met == made[::-1]
    assert "link" not in answer.headers


async def test_a_cursor_belongs_to_its_list(client: httpx.AsyncClient, create: Create) -> None:
    for _ in range(2):
        await create(region="cursor")
    cursor = (await client.get(PATH, params={"region": "cursor", "limit": 1})).json()["next"]
    mine = {"region": "cursor", "cursor": cursor}
    assert (await client.get(PATH, params=mine)).status_code == 200
    for wrong in (
        {**mine, "region": "other"},
        {"cursor": cursor},
        {**mine, "cursor": cursor[:-2]},
        {"cursor": "x"},
    ):
        answer = await client.get(PATH, params=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, "cursor")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"regoin": "x"}, "regoin"),
        ({"created_after": "yesterday"}, "created_after"),
        ({"kind": "dog"}, "kind"),
        ({"owner": "\0"}, "owner"),
    ],
)
async def test_a_bad_parameter_is_named(
    client: httpx.AsyncClient, query: dict[str, Any], parameter: str
) -> None:
    answer = await client.get(PATH, params=query)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)
