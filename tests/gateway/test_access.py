"""Clients and keys: shown once, kept as digests, gone within seconds."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from gateway.access import keys
from tests.conftest import Service
from tests.gateway.own import Own, standing

Client = httpx.AsyncClient


@pytest.fixture(scope="module")
async def own(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        made.fakes["customer"].records["/v1/customers/1"] = (200, {"name": "a"})
        yield made


@pytest.fixture(scope="module")
async def admin(own: Own) -> Client:
    return await own.client()


async def made(admin: Client, **more: object) -> dict[str, str]:
    body = {"name": "erp", "scopes": ["customers:read"], "source": "erp", **more}
    answer = await admin.post("/v1/api-clients", json=body)
    assert answer.status_code == 201, answer.text
    client: dict[str, str] = answer.json()
    assert answer.headers["location"] == f"/v1/api-clients/{client['id']}"
    return client


async def test_a_new_client_may_call_and_its_key_is_never_shown_again(own: Own, admin: Client) -> None:
    client = await made(admin)
    caller = own.stranger(authorization=f"bearer {client['key']}")
    assert (await caller.get("/v1/customers/1")).json() == {"name": "a"}
    read = await admin.get(f"/v1/api-clients/{client['id']}")
    assert client["key"] not in read.text
    assert read.json() == {name: value for name, value in client.items() if name != "key"}
    assert read.json()["principal_id"] == f"client:{client['id']}"
    stored = await own.running.database.pool.fetch("select to_jsonb(k)::text as text from gateway.api_keys k")
    assert all(client["key"] not in row["text"] for row in stored)


async def test_clients_are_listed_page_by_page(admin: Client) -> None:
    ids = [(await made(admin))["id"] for _ in range(3)]
    seen, cursor = [], None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await admin.get("/v1/api-clients", params=params)).json()
        seen += [client["id"] for client in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert [each for each in seen if each in ids] == ids
    assert len(seen) == len(set(seen))


async def test_a_key_can_be_replaced_and_then_revoked(own: Own, admin: Client) -> None:
    client = await made(admin)
    further = (await admin.post(f"/v1/api-clients/{client['id']}/keys", json={})).json()
    old, new = (own.stranger(authorization=f"Bearer {key}") for key in (client["key"], further["key"]))
    assert {(await each.get("/v1/customers/1")).status_code for each in (old, new)} == {200}
    first = (await admin.get(f"/v1/api-clients/{client['id']}")).json()["keys"][0]["id"]
    path = f"/v1/api-clients/{client['id']}/keys/{first}"
    assert (await admin.delete(path)).status_code == 204
    assert (await old.get("/v1/customers/1")).status_code == 401
    assert (await new.get("/v1/customers/1")).status_code == 200
    assert (await admin.delete(path)).status_code == 204
    other = (await made(admin))["id"]
    assert (await admin.delete(f"/v1/api-clients/{other}/keys/{first}")).status_code == 404


async def test_a_revocation_elsewhere_is_known_in_time(
    own: Own, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.TTL_S < 5
    monkeypatch.setattr(keys, "TTL_S", 0.3)
    client = await made(admin)
    caller = own.stranger(authorization=f"Bearer {client['key']}")
    assert (await caller.get("/v1/customers/1")).status_code == 200
    pool = own.running.database.pool
    await pool.execute("update gateway.api_keys set revoked_at = now() where client_id = $1", client["id"])
    assert (await caller.get("/v1/customers/1")).status_code == 200
    await asyncio.sleep(0.35)
    assert (await caller.get("/v1/customers/1")).status_code == 401


async def test_an_expired_key_is_no_key(own: Own, admin: Client) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=0.5)).isoformat()
    client = await made(admin, expires_at=soon)
    caller = own.stranger(authorization=f"Bearer {client['key']}")
    assert (await caller.get("/v1/customers/1")).status_code == 200
    await asyncio.sleep(0.5)
    assert (await caller.get("/v1/customers/1")).status_code == 401
    (key,) = (await admin.get(f"/v1/api-clients/{client['id']}")).json()["keys"]
    assert (key["state"], key["revoked_at"]) == ("expired", None)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x", "scopes": []}, 422),
        ({"name": "x", "scopes": ["everything"]}, 422),
        ({"name": "x", "scopes": ["orders:read"], "principal_id": "service:scoring"}, 422),
        ({"name": "x", "scopes": ["orders:read"], "rate": 0}, 422),
        ({"name": "x", "scopes": ["orders:read"], "secret": "y"}, 422),
        ({"name": "x", "scopes": ["orders:read"], "expires_at": "2020-01-01T00:00:00Z"}, 422),
        ({"name": "x", "scopes": ["orders:read"], "visibility": "department"}, 422),
        ({"name": "x", "scopes": ["orders:read"], "department": "east"}, 422),
        ({"name": "x", "scopes": ["*"]}, 403),
        ({"name": "x", "scopes": ["orders:write"]}, 403),
        ({"name": "x", "scopes": ["orders:read"]}, 201),
    ],
)
async def test_nobody_grants_what_they_do_not_hold(own: Own, body: dict[str, object], status: int) -> None:
    limited = await own.client("access:admin", "orders:read")
    assert (await limited.post("/v1/api-clients", json=body)).status_code == status


async def test_only_administrators_see_clients(own: Own) -> None:
    caller = await own.client("customers:read")
    for method, path in (("GET", ""), ("POST", ""), ("GET", "/" + "0" * 8), ("DELETE", "/1/keys/2")):
        answer = await caller.request(method, f"/v1/api-clients{path}")
        assert answer.status_code in {403, 422}
    assert (await caller.get("/v1/api-clients")).status_code == 403


async def test_wrong_keys_cost_one_question_each_and_push_out_nobody(own: Own) -> None:
    found = own.running.app.state.keys
    before = len(found.wrong)
    stranger = own.stranger(authorization="Bearer gx_" + "w" * 32)
    for _ in range(3):
        assert (await stranger.get("/v1/customers/1")).status_code == 401
    assert len(found.wrong) == before + 1
    assert (await own.stranger(authorization="Bearer x").get("/v1/customers/1")).status_code == 401
    assert len(found.wrong) == before + 1


async def test_the_gateways_own_routes_answer_head_and_exact_allow(own: Own, admin: Client) -> None:
    head = await admin.head("/v1/api-clients")
    assert (head.status_code, head.content) == (200, b"")
    refused = await admin.put("/v1/api-clients")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
    for path in ("/livez", "/readyz", "/startupz", "/openapi.json", "/docs"):
        answer = await own.stranger().head(path)
        assert (answer.status_code, answer.content) == (200, b""), path
