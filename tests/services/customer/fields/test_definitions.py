"""Custom fields: what may be defined, what may change, and what retiring leaves."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.customer.conftest import Create
from tests.services.customer.fields.conftest import Define, at
from tests.support.running import ANYBODY, Running

COLOURS = [{"code": "red", "label": {"en": "Red", "zh-Hans": "红"}}, {"code": "blue"}]


async def test_a_definition_is_kept_read_and_listed(client: httpx.AsyncClient, define: Define) -> None:
    label = {"en": "Shoe size", "zh-Hans": "鞋码"}
    made = await define("d_size", "decimal", label=label, min=15, max="60.50", group="Body", position=3)
    assert made["label"] == {**label, "zh-Hant": None}
    assert (made["min"], made["max"], made["help"], made["options"]) == ("15", "60.5", None, [])
    read = await client.get(at(made))
    assert (read.json(), read.headers["etag"]) == (made, '"1"')
    assert (await client.get(at(made), headers={"If-None-Match": '"1"'})).status_code == 304
    colour = await define("d_colour", "choice", kind="organization", options=COLOURS)
    listed = (await client.get("/v1/custom-fields")).json()["items"]
    assert [each for each in listed if each["code"].startswith("d_")] == [colour, made]
    ours = (await client.get("/v1/custom-fields", params={"kind": "person", "limit": 1000})).json()["items"]
    assert made in ours
    assert colour not in ours
    first = (await client.get("/v1/custom-fields", params={"limit": 1})).json()
    rest = (await client.get("/v1/custom-fields", params={"cursor": first["next"]})).json()
    assert [*first["items"], *rest["items"]] == listed


async def test_a_code_is_taken_once_and_keeps_its_type(client: httpx.AsyncClient, define: Define) -> None:
    made = await define("d_twice", "integer")
    again = {"code": "d_twice", "type": "integer", "label": {"en": "Again"}}
    taken = await client.post("/v1/custom-fields", json=again)
    assert (taken.status_code, taken.json()["code"], taken.json()["field_id"]) == (
        409,
        "field_taken",
        made["id"],
    )
    assert (await client.delete(at(made), headers={"If-Match": '"1"'})).status_code == 204
    assert (await client.get(at(made))).status_code == 404
    other = await client.post("/v1/custom-fields", json={**again, "type": "text"})
    assert (other.status_code, other.json()["code"]) == (409, "field_taken")
    assert (await define("d_twice", "integer"))["id"] != made["id"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"type": "colour"}, "/type"),
        ({"code": "With.Dot"}, "/code"),
        ({"label": {}}, "/label"),
        ({"label": {"fr": "Taille"}}, "/label/fr"),
        ({"type": "text", "pattern": "(unclosed"}, "/pattern"),
        ({"type": "text", "pattern": "(?=ahead)"}, "/pattern"),
        ({"type": "integer", "pattern": "x"}, "/pattern"),
        ({"type": "boolean", "min": 1}, "/min"),
        ({"type": "integer", "min": "soon"}, "/min"),
        ({"type": "integer", "min": 5, "max": 4}, "/min"),
        ({"type": "integer", "max": 4, "default": 5}, "/default"),
        ({"type": "date", "default": "tomorrow"}, "/default"),
        ({"type": "choice"}, "/options"),
        ({"type": "choice", "options": [{"code": "a"}, {"code": "a"}]}, "/options"),
        ({"type": "choice", "options": [{"code": "a", "retired": True}]}, "/options"),
        ({"type": "choice", "options": [{"code": "a"}], "default": "b"}, "/default"),
        ({"type": "text", "options": [{"code": "a"}]}, "/options"),
    ],
)
async def test_only_definitions_that_make_sense_are_taken(
    client: httpx.AsyncClient, wrong: dict[str, Any], pointer: str
) -> None:
    given = {"code": "d_wrong", "type": "text", "label": {"en": "Wrong"}, **wrong}
    refused = await client.post("/v1/custom-fields", json=given)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer), refused.text


async def test_a_patch_changes_what_is_safe(client: httpx.AsyncClient, define: Define) -> None:
    made = await define("d_safe", "integer", kind="person", label={"en": "Safe", "zh-Hans": "安"})
    patch = {"label": {"zh-Hans": None}, "kind": "any", "max": 9}
    patched = await client.patch(at(made), json=patch, headers={"If-Match": '"1"'})
    assert (patched.status_code, patched.headers["etag"]) == (200, '"2"')
    after = patched.json()
    assert (after["label"]["en"], after["label"]["zh-Hans"], after["kind"], after["max"]) == (
        "Safe",
        None,
        "any",
        9,
    )
    for never in ({"type": "text"}, {"code": "d_other"}, {"kind": "person"}, {"min": 10}):
        refused = await client.patch(at(made), json=never, headers={"If-Match": '"2"'})
        assert refused.status_code == 422, never
    assert (await client.patch(at(made), json={"max": 8}, headers={"If-Match": '"1"'})).status_code == 412
    history = (await client.get(f"{at(made)}/history")).json()["items"]
    assert history[0]["changes"]["max"] == {"from": None, "to": 9}


async def test_an_option_in_use_is_retired_rather_than_removed(
    client: httpx.AsyncClient, create: Create, define: Define
) -> None:
    made = await define("d_car", "choices", options=COLOURS)
    whose = await create(attributes={"d_car": ["red"]})
    removed = await client.patch(at(made), json={"options": COLOURS[1:]}, headers={"If-Match": '"1"'})
    assert (removed.status_code, removed.json()["code"]) == (409, "option_in_use")
    fewer = await client.patch(at(made), json={"options": COLOURS[:1]}, headers={"If-Match": '"1"'})
    assert fewer.status_code == 200, fewer.text  # nobody has blue
    retired = [{**COLOURS[0], "retired": True}, COLOURS[1]]
    changed = await client.patch(at(made), json={"options": retired}, headers={"If-Match": '"2"'})
    assert changed.status_code == 200, changed.text
    refused = await client.post("/v1/customers", json={"name": "New", "attributes": {"d_car": ["red"]}})
    assert refused.status_code == 422
    path = f"/v1/customers/{whose['id']}"
    echoed = {"attributes": {"d_car": ["red"]}, "region": "East"}
    assert (await client.patch(path, json=echoed, headers={"If-Match": '"1"'})).status_code == 200


async def test_what_becomes_required_tells_how_many_lack_it(
    customer: Running, client: httpx.AsyncClient, create: Create, define: Define
) -> None:
    made = await define("d_must", "text", kind="organization")
    filled = await create(kind="organization", attributes={"d_must": "there"})
    lacking = await create(kind="organization")
    await create(kind="person")
    patched = await client.patch(at(made), json={"required": True}, headers={"If-Match": '"1"'})
    assert patched.json()["lacking"] == 1, patched.text
    again = await client.patch(at(made), json={"position": 1}, headers={"If-Match": '"2"'})
    assert again.json()["lacking"] is None
    use = (await client.get(f"{at(made)}/use")).json()
    assert use == {"filled": 1, "lacking": 1, "options": []}
    path = f"/v1/customers/{lacking['id']}"
    assert (await client.patch(path, json={"region": "East"}, headers={"If-Match": '"1"'})).status_code == 200
    path, removing = f"/v1/customers/{filled['id']}", {"attributes": {"d_must": None}}
    refused = await client.patch(path, json=removing, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/attributes/d_must")
    async with customer.client(replace(ANYBODY, personal=False)) as clerk:
        assert (await clerk.get(f"{at(made)}/use")).status_code == 403


async def test_use_counts_options(client: httpx.AsyncClient, create: Create, define: Define) -> None:
    made = await define("d_used", "choices", options=COLOURS)
    for colours in (["red", "blue"], ["red"], []):
        await create(attributes={"d_used": colours})
    use = (await client.get(f"{at(made)}/use")).json()
    assert use["options"] == [{"code": "blue", "customers": 1}, {"code": "red", "customers": 2}]
    assert use["filled"] == 3


async def test_defining_takes_its_own_scope(customer: Running, define: Define) -> None:
    made = await define("d_scope", "text")
    async with customer.client(replace(ANYBODY, scopes=frozenset(("customers:read",)))) as reader:
        assert (await reader.get(at(made))).status_code == 200
        body = {"code": "d_more", "type": "text", "label": {"en": "More"}}
        for answer in (
            await reader.post("/v1/custom-fields", json=body),
            await reader.patch(at(made), json={"position": 1}, headers={"If-Match": '"1"'}),
            await reader.delete(at(made), headers={"If-Match": '"1"'}),
            await reader.put(
                "/v1/custom-field-settings", json={"undeclared": "refused"}, headers={"If-Match": '"1"'}
            ),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_key_defines_once_and_the_feed_tells(customer: Running, client: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    body = {"code": "d_once", "type": "text", "label": {"en": "Once"}}
    first, again = [await client.post("/v1/custom-fields", json=body, headers=key) for _ in range(2)]
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")
    rows = await customer.database.pool.fetch(
        "select type from customer.feed where $1 = any(subjects)", first.json()["id"]
    )
    assert [row["type"] for row in rows] == ["custom_field.created"]
    told = await client.get(
        "/v1/changes/snapshot", params={"kind": "custom_field", "ids": first.json()["id"]}
    )
    assert told.json()["items"][0]["data"] == first.json()
    await client.delete(at(first.json()), headers={"If-Match": '"1"'})
