"""Values of custom fields: on every way of writing they are what their field says, in one form."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.customer.conftest import Create
from tests.services.customer.fields.conftest import Define, at

OPTIONS = [{"code": "a"}, {"code": "b"}, {"code": "old", "retired": True}]
TYPES: dict[str, tuple[dict[str, Any], list[tuple[Any, Any]], list[Any]]] = {
    # what more the definition says, values as sent and as stored, values that are refused
    "text": (
        {"pattern": "^[a-z]+$", "max_length": 5},
        [("abc", "abc")],
        ["", "ABC", "abcdef", 1, ["a"]],
    ),
    "integer": ({"min": 1, "max": 9}, [(3, 3)], [0, 10, 3.5, "3", True]),
    "decimal": (
        {"min": "-1"},
        [("12.30", "12.3"), (12.3, "12.3"), (5, "5"), ("-0.0", "0"), ("100", "100")],
        ["-1.01", "1e3", "12.1234567", "x", True],
    ),
    "boolean": ({}, [(True, True), (False, False)], ["true", 1, 0]),
    "date": ({"min": "2000-01-01"}, [("2026-02-28", "2026-02-28")], ["1999-12-31", "2026-02-30", 20260228]),
    "instant": (
        {},
        [
            ("2026-03-01T09:30:00+08:00", "2026-03-01T01:30:00Z"),
            ("2026-03-01T01:30:00.500Z", "2026-03-01T01:30:00.5Z"),
        ],
        ["2026-03-01T09:30:00", "2026-03-01", 0],
    ),
    "choice": ({"options": OPTIONS}, [("a", "a")], ["c", "old", ["a"], 1]),
    "choices": ({"options": OPTIONS}, [(["b", "a", "b"], ["a", "b"]), ([], [])], ["a", ["c"], ["old"], [1]]),
    "money": (
        {"max": 100},
        [({"amount": "12.50", "currency": "CNY"}, {"amount": "12.5", "currency": "CNY"})],
        [{"amount": "12"}, {"amount": "101", "currency": "CNY"}, {"amount": "1", "currency": "yuan"}, "12"],
    ),
    "url": (
        {},
        [("https://Example.COM/A?b=c", "https://example.com/A?b=c")],
        ["example.com", "ftp://example.com", "javascript:alert(1)", "https://a b.com", "http://x:99999", 1],
    ),
    "email": ({}, [("Ann@Example.COM", "ann@example.com")], ["ann", "ann@", 1]),
    "phone": ({}, [("138 0013 8000", "+8613800138000")], ["12", "no number", 13800138000]),
    "json": ({}, [({"any": ["thing", 1]}, {"any": ["thing", 1]}), ("x", "x")], []),
}


@pytest.mark.parametrize("type_", TYPES)
async def test_a_value_is_read_by_its_type_and_stored_in_one_form(
    client: httpx.AsyncClient, create: Create, define: Define, type_: str
) -> None:
    more, good, bad = TYPES[type_]
    code = f"v_{type_}"
    await define(code, type_, **more)
    for sent, stored in good:
        made = await create(attributes={code: sent})
        assert made["attributes"] == {code: stored}
        path = f"/v1/customers/{made['id']}"
        same = await client.patch(path, json={"attributes": {code: sent}}, headers={"If-Match": '"1"'})
        assert same.headers["etag"] == '"1"', "what is written in another way is no change"
    row = {"system": "erp", "id": uuid4().hex}
    made = await create(identities=[row])
    for sent in bad:
        wrong = {"name": "Wrong", "attributes": {code: sent}}
        answers = [
            await client.post("/v1/customers", json=wrong),
            await client.patch(f"/v1/customers/{made['id']}", json=wrong, headers={"If-Match": '"1"'}),
        ]
        for answer in answers:
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (422, "wrong_attribute"), (sent, answer.text)
            assert [each["pointer"] for each in problem["errors"]] == [f"/attributes/{code}"]
        batch = {"items": [{**wrong, "identities": [row]}, {"name": "Fine"}]}
        lines = (await client.post("/v1/customers/batch", json=batch)).json()["results"]
        assert [line["outcome"] for line in lines] == ["rejected", "created"]
        assert lines[0]["problem"]["errors"][0]["pointer"] == f"/attributes/{code}"


async def test_defaults_and_required_fields_are_for_their_kind(
    client: httpx.AsyncClient, create: Create, define: Define
) -> None:
    await define("v_tax", "text", kind="organization", required=True)
    await define("v_size", "integer", kind="organization", default=10)
    assert (await create())["attributes"] == {}
    refused = await client.post("/v1/customers", json={"name": "ACME", "kind": "organization"})
    error = refused.json()["errors"][0]
    assert (refused.status_code, error["pointer"], error["code"]) == (422, "/attributes/v_tax", "missing")
    made = await create(kind="organization", attributes={"v_tax": "T1"})
    assert made["attributes"] == {"v_tax": "T1", "v_size": 10}
    foreign = await client.post("/v1/customers", json={"name": "Ann", "attributes": {"v_size": 3}})
    assert foreign.json()["errors"][0]["pointer"] == "/attributes/v_size"
    person = await create()
    path = f"/v1/customers/{person['id']}"
    turned = await client.patch(path, json={"kind": "organization"}, headers={"If-Match": '"1"'})
    assert turned.json()["errors"][0]["pointer"] == "/attributes/v_tax"
    emptied = await client.patch(
        f"/v1/customers/{made['id']}", json={"attributes": None}, headers={"If-Match": '"1"'}
    )
    assert [each["pointer"] for each in emptied.json()["errors"]] == ["/attributes/v_tax"]


async def test_undeclared_attributes_are_refused_where_that_is_set(
    client: httpx.AsyncClient, create: Create, define: Define
) -> None:
    await define("v_colour", "text")
    before = await create(attributes={"anything": 1, "v_colour": "red"})
    settings = await client.get("/v1/custom-field-settings")
    assert settings.json()["undeclared"] == "allowed"
    tag = {"If-Match": settings.headers["etag"]}
    put = await client.put("/v1/custom-field-settings", json={"undeclared": "refused"}, headers=tag)
    assert (put.status_code, put.json()["undeclared"]) == (200, "refused")
    stale = await client.put("/v1/custom-field-settings", json={"undeclared": "allowed"}, headers=tag)
    assert stale.status_code == 412
    refused = await client.post("/v1/customers", json={"name": "X", "attributes": {"v_color": "red"}})
    error = refused.json()["errors"][0]
    assert (error["pointer"], "v_colour" in error["detail"]) == ("/attributes/v_color", True)
    path, kept = f"/v1/customers/{before['id']}", {"attributes": {"anything": 1, "v_colour": "blue"}}
    assert (await client.patch(path, json=kept, headers={"If-Match": '"1"'})).status_code == 200
    more = {"attributes": {"anything": 2}}
    assert (await client.patch(path, json=more, headers={"If-Match": '"2"'})).status_code == 422


async def test_a_retired_field_takes_nothing_new(
    client: httpx.AsyncClient, create: Create, define: Define
) -> None:
    made = await define("v_gone", "text")
    whose = await create(attributes={"v_gone": "kept"})
    await client.delete(at(made), headers={"If-Match": '"1"'})
    path = f"/v1/customers/{whose['id']}"
    assert (await client.get(path)).json()["attributes"] == {"v_gone": "kept"}
    for status, value in ((200, "kept"), (422, "new"), (200, None)):
        sent = {"attributes": {"v_gone": value}}
        answer = await client.patch(path, json=sent, headers={"If-Match": '"1"'})
        assert answer.status_code == status, (value, answer.text)


async def test_a_reference_leads_to_a_customer_that_is_seen(
    client: httpx.AsyncClient, seller: httpx.AsyncClient, create: Create, define: Define
) -> None:
    await define("v_agent", "customer")
    agent = await create()
    made = await create(attributes={"v_agent": agent["id"].upper()})
    assert made["attributes"] == {"v_agent": agent["id"]}
    for caller, wrong in ((client, str(uuid4())), (client, "ann"), (seller, agent["id"])):
        refused = await caller.post("/v1/customers", json={"name": "X", "attributes": {"v_agent": wrong}})
        assert refused.json()["errors"][0]["pointer"] == "/attributes/v_agent", wrong
    rows = [{"name": "Y", "attributes": {"v_agent": each}} for each in (agent["id"], str(uuid4()))]
    lines = (await client.post("/v1/customers/batch", json={"items": rows})).json()["results"]
    assert [line["outcome"] for line in lines] == ["created", "rejected"]


async def test_history_tells_of_each_field(client: httpx.AsyncClient, create: Create, define: Define) -> None:
    await define("v_length", "decimal")
    made = await create(attributes={"v_length": "1.50"})
    path = f"/v1/customers/{made['id']}"
    await client.patch(path, json={"attributes": {"v_length": 2}}, headers={"If-Match": '"1"'})
    newest = (await client.get(f"{path}/history")).json()["items"][0]
    assert newest["changes"] == {"attributes.v_length": {"from": "1.5", "to": "2"}}
