"""Who may hand out what: nobody more than they hold, and not with rights that ended a moment ago."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.access import keys
from shared.auth import Visibility
from tests.conftest import Service
from tests.gateway.own import Own, standing

Client = httpx.AsyncClient
CLIENTS = "/v1/api-clients"
ADMIN = ["access:admin", "orders:read"]
LIMITED: list[dict[str, Any]] = [
    {},
    {"visibility": "department", "department": "east"},
    {"visibility": "own", "principal_id": "u-7"},
    {"personal_data": "masked"},
]


@pytest.fixture(scope="module")
async def own(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        yield made


@pytest.fixture(scope="module")
async def admin(own: Own) -> Client:
    return await own.client()


async def made(by: Client, **body: object) -> dict[str, Any]:
    answer = await by.post(CLIENTS, json={"name": "x", "scopes": ["orders:read"], **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def limited(own: Own, admin: Client, rights: dict[str, Any]) -> tuple[dict[str, Any], Client]:
    """Return an administrator with limits."""
    client = await made(admin, **{"scopes": ADMIN, **rights})
    return client, own.stranger(authorization=f"Bearer {client['key']}")


@pytest.mark.parametrize(
    ("rights", "asked", "pointer"),
    [
        ({}, {"scopes": ["orders:read", "orders:write"]}, "/scopes"),
        ({}, {"scopes": ["*"]}, "/scopes"),
        ({}, {"visibility": "own", "principal_id": "u-1"}, None),
        (LIMITED[1], {}, "/visibility"),
        (LIMITED[1], {"visibility": "department", "department": "west"}, "/visibility"),
        (LIMITED[1], {**LIMITED[1], "principal_id": "u-1"}, "/principal_id"),
        (LIMITED[1], {"visibility": "own", "principal_id": "u-1"}, "/principal_id"),
        (LIMITED[1], LIMITED[1], None),
        (LIMITED[1], {"visibility": "own"}, None),
        (LIMITED[2], {"visibility": "department", "department": "east"}, "/visibility"),
        (LIMITED[2], {"visibility": "own", "principal_id": "u-8"}, "/principal_id"),
        (LIMITED[2], {"visibility": "own", "principal_id": "u-7"}, None),
        (LIMITED[3], {}, "/personal_data"),
        (LIMITED[3], {"personal_data": "masked"}, None),
    ],
)  # fmt: skip
async def test_nobody_grants_more_than_they_hold(
    own: Own, admin: Client, rights: dict[str, Any], asked: dict[str, Any], pointer: str | None
) -> None:
    _, by = await limited(own, admin, rights)
    answer = await by.post(CLIENTS, json={"name": "x", "scopes": ["orders:read"], **asked})
    if pointer is None:
        assert answer.status_code == 201, answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "grants_too_much")
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("rights", [*LIMITED[1:], {"scopes": ["access:admin"]}])
async def test_a_key_of_a_mightier_client_is_not_to_be_had(
    own: Own, admin: Client, rights: dict[str, Any]
) -> None:
    mighty = await made(admin, scopes=ADMIN)
    _, by = await limited(own, admin, rights)
    path = f"{CLIENTS}/{mighty['id']}"
    for at in (f"{path}/keys", f"{path}/keys/{mighty['keys'][0]['id']}/rotate"):
        answer = await by.post(at, json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "grants_too_much")
    tag = {"If-Match": '"1"'}
    assert (await by.patch(path, json={"name": "mine"}, headers=tag)).status_code == 403
    assert len((await admin.get(path)).json()["keys"]) == 1
    assert (await by.delete(path, headers=tag)).status_code == 204, "to shut out is to grant nothing"


async def test_who_lowers_its_own_rights_cannot_raise_them(own: Own, admin: Client) -> None:
    client, self = await limited(own, admin, {})
    path = f"{CLIENTS}/{client['id']}"
    lower = {"personal_data": "masked", "visibility": "own", "scopes": ["access:admin"]}
    assert (await self.patch(path, json=lower, headers={"If-Match": '"1"'})).status_code == 200
    for higher in ({"personal_data": "clear"}, {"visibility": "all"}, {"scopes": ADMIN}):
        answer = await self.patch(path, json=higher, headers={"If-Match": '"2"'})
        assert (answer.status_code, answer.json()["code"]) == (403, "grants_too_much")


async def test_cached_rights_read_for_seconds_but_grant_nothing(own: Own, admin: Client) -> None:
    """Another gateway narrowed, or revoked, the client of a key that this one still believes."""
    pool, found = own.running.database.pool, own.running.app.state.keys
    client, self = await limited(own, admin, {})
    path, tag = f"{CLIENTS}/{client['id']}", {"If-Match": '"1"'}

    async def changed_elsewhere(sql: str) -> None:
        assert (await self.get("/v1/me")).status_code == 200
        await pool.execute(f"update gateway.clients set {sql} where id = $1", client["id"])
        assert keys.TTL_S > 1, "else this would show nothing"

    await changed_elsewhere("personal = false")
    raised = await self.patch(path, json={"personal_data": "clear"}, headers=tag)
    assert raised.status_code == 403
    assert (await admin.get(path)).json()["personal_data"] == "masked"
    assert (await self.post(CLIENTS, json={"name": "x", "scopes": ["orders:read"]})).status_code == 403
    await changed_elsewhere("scopes = '{orders:read}'")
    asked = {"name": "x", "scopes": ["orders:read"], "personal_data": "masked"}
    assert (await self.post(CLIENTS, json=asked)).status_code == 403
    await pool.execute("update gateway.clients set scopes = $2 where id = $1", client["id"], ADMIN)
    found.forget()
    await changed_elsewhere("revoked_at = now()")
    assert (await self.get("/v1/me")).status_code == 200, "believed for seconds"
    for at, body in ((CLIENTS, asked), (f"{path}/keys", {})):
        assert (await self.post(at, json=body)).status_code == 401
    assert len((await admin.get(path)).json()["keys"]) == 1


async def test_me_says_what_the_key_may(own: Own, admin: Client) -> None:
    client = await made(
        admin,
        name="Desk",
        scopes=["orders:read", "customers:read"],
        visibility="department",
        department="east",
        personal_data="masked",
        source="pbx",
        rate=50,
        principal_id="u-3",
        expires_at="2199-01-01T00:00:00Z",
    )
    answer = await own.stranger(authorization=f"Bearer {client['key']}").get("/v1/me")
    assert answer.status_code == 200
    assert answer.json() == {
        "client_id": client["id"],
        "name": "Desk",
        "principal_id": "u-3",
        "scopes": ["customers:read", "orders:read"],
        "visibility": Visibility.DEPARTMENT,
        "department": "east",
        "personal_data": "masked",
        "source": "pbx",
        "rate": 50,
        "key_id": client["keys"][0]["id"],
        "expires_at": client["keys"][0]["expires_at"],
    }
    assert (await own.stranger().get("/v1/me")).status_code == 401
    assert (await admin.head("/v1/me")).status_code == 200


async def test_services_hear_whether_personal_data_is_masked(own: Own, admin: Client) -> None:
    own.fakes["customer"].records["/v1/customers/1"] = (200, {"name": "a"})
    for asked in ("masked", "clear"):
        client = await made(admin, scopes=["customers:read"], personal_data=asked)
        await own.stranger(authorization=f"Bearer {client['key']}").get("/v1/customers/1")
        assert own.fakes["customer"].claims["per"] is (asked == "clear")
