"""Who holds numbers and addresses: many in one question, as each would be answered alone."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth import Principal, Visibility
from tests.services.customer.callers.forms import NUMBERS, TABLE
from tests.services.customer.conftest import Create
from tests.support.running import Running

PATH = "/v1/contact-points/resolve"
ALL = frozenset(("*",))


def number() -> str:
    """Return a number that no other test uses."""
    return f"+86139{uuid4().int % 10**8:08}"


async def resolve(client: httpx.AsyncClient, *items: object, **more: Any) -> list[dict[str, Any]]:
    answer = await client.post(PATH, json={"items": items, **more})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def phone(value: str, **more: str) -> dict[str, str]:
    return {"type": "phone", "value": value, **more}


async def test_each_number_and_address_is_answered_in_the_order_asked(
    client: httpx.AsyncClient, create: Create
) -> None:
    theirs, address, chat = number(), f"Z.{uuid4().hex[:8]}@Example.com", f"wx_{uuid4().hex[:8]}"
    points = [phone(theirs), {"type": "email", "value": address}, {"type": "wechat", "value": chat.upper()}]
    held = (await create(contact_points=points))["id"]
    asked = [
        {"type": "wechat", "value": chat},
        phone(number()),
        {"type": "fax", "value": theirs.removeprefix("+86")},
        phone("anonymous"),
        {"type": "email", "value": address.lower()},
        {"type": "email", "value": "no address"},
        phone(theirs),
    ]
    results = await resolve(client, *asked)
    told = [[(each["customer_id"], each["match"]) for each in result["holders"]] for result in results]
    exact, here = [(held, "exact")], [(held, "by_default_country")]
    assert told == [exact, [], here, [], exact, [], exact]
    assert not any(result["more"] for result in results)


async def test_it_answers_as_callers_are_found(client: httpx.AsyncClient, create: Create) -> None:
    for each in NUMBERS[:4]:
        await create(contact_points=[phone(each)])
    forms = TABLE[:: len(TABLE) // 40]
    items = [phone(form.written, **({"country": form.country} if form.country else {})) for form in forms]
    results = await resolve(client, *items, limit=10)
    for form, result in zip(forms, results, strict=True):
        given = {"number": form.written, "limit": 10} | ({"country": form.country} if form.country else {})
        alone = (await client.get("/v1/customers/callers", params=given)).json()
        found = [(each["customer_id"], each["match"]) for each in alone["items"]]
        assert [(each["customer_id"], each["match"]) for each in result["holders"]] == found, form


async def test_the_surest_reading_comes_first_and_everybody_once(
    client: httpx.AsyncClient, create: Create
) -> None:
    line = f"{uuid4().int % 10**4:04}"
    right, lost = f"+39 06 4444 {line}", f"+39 6 4444 {line}"
    unsure = await create(contact_points=[phone(lost)])
    both = await create(contact_points=[phone(lost), {"type": "mobile", "value": right}])
    surer = await create(contact_points=[{"type": "fax", "value": right}])
    (all_,) = await resolve(client, phone(right), limit=3)
    told = [(each["customer_id"], each["match"]) for each in all_["holders"]]
    assert told == [(both["id"], "exact"), (surer["id"], "exact"), (unsure["id"], "trunk_zero_removed")]
    assert all_["more"] is False
    (two,) = await resolve(client, phone(right))
    assert [each["customer_id"] for each in two["holders"]] == [both["id"], surer["id"]]
    assert two["more"] is True


async def test_who_was_deleted_or_is_foreign_holds_nothing(
    customer: Running, client: httpx.AsyncClient, create: Create
) -> None:
    theirs = number()
    mine = await create(contact_points=[phone(theirs)], owner="u-1", department="east")
    gone = await create(contact_points=[phone(theirs)])
    await client.delete(f"/v1/customers/{gone['id']}", headers={"If-Match": '"1"'})
    for principal, seen in (
        (Principal("u-1", ALL, Visibility.OWN), [mine["id"]]),
        (Principal("u-2", ALL, Visibility.DEPARTMENT, "east"), [mine["id"]]),
        (Principal("u-2", ALL, Visibility.OWN), []),
        (Principal("u-1", ALL, Visibility.DEPARTMENT, "west"), []),
    ):
        async with customer.client(principal) as caller:
            (told,) = await resolve(caller, phone(theirs))
            assert [each["customer_id"] for each in told["holders"]] == seen


async def test_numbers_are_personal(customer: Running) -> None:
    async with customer.client(Principal("u-clerk", ALL, personal=False)) as clerk:
        refused = await clerk.post(PATH, json={"items": [phone(number()), phone("anonymous")]})
        assert (refused.status_code, refused.json()["code"]) == (403, "masked_field")
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/items/0/value", "/items/1/value"]


async def test_a_thousand_are_asked_at_once(client: httpx.AsyncClient, create: Create) -> None:
    known = {number(): None for _ in range(3)}
    held = {each: (await create(contact_points=[phone(each)]))["id"] for each in known}
    asked = [phone(f"+86138{n:08}") for n in range(997)] + [phone(each) for each in held]
    results = await resolve(client, *asked)
    assert [[each["customer_id"] for each in one["holders"]] for one in results[997:]] == [
        [id_] for id_ in held.values()
    ]
    assert (await client.post(PATH, json={"items": [*asked, phone("1")]})).status_code == 422


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"items": []}, "/items"),
        ({"items": [{"type": "Phone", "value": "1"}]}, "/items/0/type"),
        ({"items": [phone("1"), phone("")]}, "/items/1/value"),
        ({"items": [phone("1", country="cn")]}, "/items/0/country"),
        ({"items": [phone("1")], "limit": 11}, "/limit"),
    ],
)
async def test_what_is_asked_is_checked(client: httpx.AsyncClient, body: Any, pointer: str) -> None:
    answer = await client.post(PATH, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
