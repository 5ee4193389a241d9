"""Callers over HTTP: whoever shares a number, in whatever form it comes; seen and masked as everywhere."""

from collections import defaultdict
from typing import Any

import httpx
import pytest

from shared.auth import Principal, Visibility
from tests.services.customer.callers.forms import NUMBERS, TABLE, Form
from tests.services.customer.conftest import Create
from tests.support.running import Running

SHARED = "+8613800138000"  # eight customers have it, every other number one
PATH = "/v1/customers/callers"


async def found(client: httpx.AsyncClient, number: str, **more: str) -> list[dict[str, Any]]:
    answer = await client.get(PATH, params={"number": number, **more})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.fixture(scope="module")
async def people(customer: Running) -> dict[str, set[str]]:
    """Give every number of the table to its people; return their ids."""
    numbers = [*NUMBERS, *[SHARED] * 7]
    rows = [
        {
            "name": f"Person {at}",
            "contact_points": [{"type": ("phone", "mobile", "fax")[at % 3], "value": number}],
        }
        for at, number in enumerate(numbers)
    ]
    results = (await customer.client().post("/v1/customers/batch", json={"items": rows})).json()["results"]
    held = defaultdict(set)
    for number, result in zip(numbers, results, strict=True):
        held[number].add(result["id"])
    return held


async def test_every_form_of_every_number_finds_its_people(
    people: dict[str, set[str]], client: httpx.AsyncClient
) -> None:
    async def who(form: Form) -> set[str]:
        country = {"country": form.country} if form.country else {}
        items = await found(client, form.written, **country)
        return {each["customer_id"] for each in items if each["contact_point"]["normalized"] == form.number}

    assert len(people[SHARED]) == 8
    missed = [form for form in TABLE if await who(form) != people[form.number]]
    assert not missed


async def test_a_number_written_in_full_finds_nobody_else(
    people: dict[str, set[str]], client: httpx.AsyncClient
) -> None:
    for number in NUMBERS:
        assert {each["customer_id"] for each in await found(client, number)} == people[number]


async def test_sharers_come_by_match_then_preference_then_id(
    client: httpx.AsyncClient, create: Create
) -> None:
    fixed = {"type": "phone", "value": "+39 06 5555 1234"}
    lost = await create(contact_points=[{"type": "phone", "value": "+39 6 5555 1234", "label": "as told"}])
    plain = [await create(contact_points=[fixed]) for _ in range(3)]
    liked = await create(contact_points=[{"type": "fax", "value": "1234567"}, {**fixed, "preferred": True}])
    items = await found(client, "06 5555 1234", country="IT")
    assert [each["customer_id"] for each in items] == [each["id"] for each in (liked, *plain, lost)]
    assert [each["match"] for each in items] == [*["by_country"] * 4, "trunk_zero_removed"]
    assert items[0]["contact_point"] | {"value": ""} == {
        "type": "phone",
        "value": "",
        "normalized": "+390655551234",
        "label": None,
        "preferred": True,
    }
    assert items[-1]["contact_point"]["label"] == "as told"
    page = (await client.get(PATH, params={"number": "+390655551234", "limit": 2})).json()
    assert ([each["customer_id"] for each in page["items"]], page["more"]) == (
        [liked["id"], plain[0]["id"]],
        True,
    )


async def test_one_customer_is_told_of_once_by_its_surest_contact_point(
    client: httpx.AsyncClient, create: Create
) -> None:
    both = [{"type": "phone", "value": "+39 6 5555 9876"}, {"type": "mobile", "value": "+39 06 5555 9876"}]
    whose = await create(contact_points=both)
    (one,) = await found(client, "+39 06 5555 9876")
    assert (one["customer_id"], one["match"], one["contact_point"]["type"]) == (
        whose["id"],
        "exact",
        "mobile",
    )


async def test_who_was_deleted_or_is_foreign_does_not_call(
    customer: Running, client: httpx.AsyncClient, create: Create
) -> None:
    point = {"contact_points": [{"type": "phone", "value": "0571 8888 7777"}]}
    mine, gone = await create(**point, owner="u-1", department="east"), await create(**point)
    await client.delete(f"/v1/customers/{gone['id']}", headers={"If-Match": '"1"'})
    every = frozenset(("*",))
    for principal, seen in (
        (Principal("u-1", every, Visibility.OWN), [mine["id"]]),
        (Principal("u-2", every, Visibility.DEPARTMENT, "east"), [mine["id"]]),
        (Principal("u-2", every, Visibility.OWN), []),
        (Principal("u-1", every, Visibility.DEPARTMENT, "west"), []),
    ):
        async with customer.client(principal) as caller:
            assert [each["customer_id"] for each in await found(caller, "057188887777")] == seen


async def test_numbers_are_personal(customer: Running) -> None:
    async with customer.client(Principal("u-clerk", frozenset(("*",)), personal=False)) as clerk:
        for number in (SHARED, "anonymous"):
            refused = await clerk.get(PATH, params={"number": number})
            assert (refused.status_code, refused.json()["code"]) == (403, "masked_field")
            assert refused.json()["errors"][0]["parameter"] == "number"


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({}, "number"),
        ({"number": ""}, "number"),
        ({"number": "1" * 201}, "number"),
        ({"number": SHARED, "country": "cn"}, "country"),
        ({"number": SHARED, "country": "China"}, "country"),
        ({"number": SHARED, "limit": "51"}, "limit"),
        ({"number": SHARED, "cuntry": "CN"}, "cuntry"),
    ],
)
async def test_what_is_asked_is_checked(
    client: httpx.AsyncClient, given: dict[str, str], parameter: str
) -> None:
    answer = await client.get(PATH, params=given)
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)


async def test_what_is_no_number_is_nobodys(client: httpx.AsyncClient) -> None:
    answer = await client.get(PATH, params={"number": "anonymous"})
    assert (answer.status_code, answer.json()) == (200, {"items": [], "more": False})
