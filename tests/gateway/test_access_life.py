"""The life of clients and keys: versions, patches, rotation with overlap, revocation, keys shown once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog

from gateway.access import keys
from tests.conftest import Service
from tests.gateway.own import Own, standing

Client = httpx.AsyncClient
CLIENTS = "/v1/api-clients"
GONE = str(uuid4())


@pytest.fixture(scope="module")
async def own(service: Service) -> AsyncIterator[Own]:
    async with standing(service) as made:
        yield made


@pytest.fixture(scope="module")
async def admin(own: Own) -> Client:
    return await own.client()


async def made(admin: Client, **more: object) -> dict[str, Any]:
    body = {"name": "erp", "scopes": ["customers:read"], **more}
    answer = await admin.post(CLIENTS, json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def patched(admin: Client, client: dict[str, Any], patch: dict[str, Any]) -> httpx.Response:
    tag = {"If-Match": f'"{client["version"]}"'}
    return await admin.patch(f"{CLIENTS}/{client['id']}", json=patch, headers=tag)


async def status(own: Own, key: str) -> int:
    return (await own.stranger(authorization=f"Bearer {key}").get("/v1/me")).status_code


async def test_a_client_is_patched_by_version_like_every_record(admin: Client) -> None:
    client = await made(admin)
    path = f"{CLIENTS}/{client['id']}"
    read = await admin.get(path)
    assert read.headers["etag"] == '"1"'
    assert (await admin.get(path, headers={"If-None-Match": '"1"'})).status_code == 304
    assert (await admin.patch(path, json={"name": "x"})).status_code == 428
    assert (await admin.delete(path)).status_code == 428
    answer = await patched(admin, client, {"name": "scm", "rate": 7, "personal_data": "masked"})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    now = answer.json()
    assert (now["name"], now["rate"], now["personal_data"], now["version"]) == ("scm", 7, "masked", 2)
    assert now["updated_at"] > now["created_at"]
    stale = await patched(admin, client, {"name": "late"})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert stale.json()["changed"] == ["name", "personal", "rate"]
    assert (await patched(admin, now, {"name": "scm"})).json()["version"] == 2, "nothing changed"


async def test_a_department_goes_with_its_visibility_and_only_then(admin: Client) -> None:
    client = await made(admin, visibility="department", department="east")
    for patch in ({"department": None}, {"visibility": "all"}):
        refused = await patched(admin, client, patch)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/department")
    both = await patched(admin, client, {"visibility": "own", "department": None})
    assert (both.status_code, both.json()["visibility"]) == (200, "own")


async def test_what_cannot_be_patched_is_named(admin: Client) -> None:
    client = await made(admin)
    for patch in ({"principal_id": "u-9"}, {"name": None}, {"scopes": []}, {"keys": []}, {"rate": 0}):
        refused = await patched(admin, client, patch)
        assert refused.status_code == 422, patch
        assert refused.json()["errors"][0]["pointer"] == f"/{next(iter(patch))}"
    ghost = {**client, "id": GONE}
    assert (await patched(admin, ghost, {"name": "x"})).status_code == 404


async def test_a_change_of_rights_is_known_here_at_once(own: Own, admin: Client) -> None:
    client = await made(admin)
    caller = own.stranger(authorization=f"Bearer {client['key']}")
    assert (await caller.get("/v1/changes")).status_code == 403
    await patched(admin, client, {"scopes": ["feed:read", "customers:read", "feed:read"]})
    me = (await caller.get("/v1/me")).json()
    assert me["scopes"] == ["customers:read", "feed:read"]
    assert (await caller.get("/v1/changes")).status_code == 200


async def test_a_rotated_key_works_until_the_overlap_ends(own: Own, admin: Client) -> None:
    client = await made(admin)
    old = client["keys"][0]["id"]
    path = f"{CLIENTS}/{client['id']}/keys"
    answer = await admin.post(f"{path}/{old}/rotate", json={"overlap_s": 1})
    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert new["replaces"]["id"] == old
    assert {await status(own, key) for key in (client["key"], new["key"])} == {200}
    await asyncio.sleep(1.05)
    assert (await status(own, client["key"]), await status(own, new["key"])) == (401, 200)
    keys = (await admin.get(f"{CLIENTS}/{client['id']}")).json()["keys"]
    assert [key["state"] for key in keys] == ["expired", "active"]
    again = await admin.post(f"{path}/{old}/rotate", json={})
    assert (again.status_code, again.json()["code"]) == (409, "access_ended")
    at_once = (await admin.post(f"{path}/{new['id']}/rotate", json={"overlap_s": 0})).json()
    assert at_once["replaces"]["state"] == "revoked"
    assert (await status(own, new["key"]), await status(own, at_once["key"])) == (401, 200)
    assert (await admin.post(f"{path}/{GONE}/rotate", json={})).status_code == 404


async def test_an_overlap_never_lengthens_a_keys_life(admin: Client) -> None:
    end = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    client = await made(admin, expires_at=end)
    (key,) = client["keys"]
    path = f"{CLIENTS}/{client['id']}/keys/{key['id']}/rotate"
    new = (await admin.post(path, json={"overlap_s": 3600})).json()
    assert new["replaces"]["expires_at"] == key["expires_at"]
    assert new["expires_at"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"overlap_s": -1}, "/overlap_s"),
        ({"overlap_s": 10**7}, "/overlap_s"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "/expires_at"),
    ],
)
async def test_impossible_rotations_are_refused_whole(
    admin: Client, body: dict[str, Any], pointer: str
) -> None:
    client = await made(admin)
    path = f"{CLIENTS}/{client['id']}/keys"
    refused = await admin.post(f"{path}/{client['keys'][0]['id']}/rotate", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    (only,) = (await admin.get(f"{CLIENTS}/{client['id']}")).json()["keys"]
    assert only["state"] == "active"


async def test_a_client_ends_with_all_its_keys_and_stays_in_sight(own: Own, admin: Client) -> None:
    client = await made(admin)
    path = f"{CLIENTS}/{client['id']}"
    further = (await admin.post(f"{path}/keys", json={})).json()
    assert (await admin.delete(path, headers={"If-Match": '"1"'})).status_code == 412, "a key was added"
    assert (await admin.delete(path, headers={"If-Match": '"2"'})).status_code == 204
    assert {await status(own, key) for key in (client["key"], further["key"])} == {401}
    read = (await admin.get(path)).json()
    assert read["revoked_at"] is not None
    assert {key["state"] for key in read["keys"]} == {"revoked"}
    listed = (await admin.get(CLIENTS, params={"limit": 1000})).json()["items"]
    assert read in listed
    assert (await admin.delete(path, headers={"If-Match": '"3"'})).status_code == 204, "it is ended already"
    for answer in (await patched(admin, read, {"name": "x"}), await admin.post(f"{path}/keys", json={})):
        assert (answer.status_code, answer.json()["code"]) == (409, "access_ended")


async def test_a_repeated_request_makes_nothing_and_shows_no_key(own: Own, admin: Client) -> None:
    headers = {"Idempotency-Key": uuid4().hex}
    body = {"name": "once", "scopes": ["customers:read"]}
    first, again = [await admin.post(CLIENTS, json=body, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**first.json(), "key": None}
    assert again.headers["location"] == first.headers["location"]
    other = await admin.post(CLIENTS, json={**body, "name": "two"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    path = f"{CLIENTS}/{first.json()['id']}/keys"
    for at, given in ((path, {}), (f"{path}/{first.json()['keys'][0]['id']}/rotate", {"overlap_s": 0})):
        headers = {"Idempotency-Key": uuid4().hex}
        first, again = [await admin.post(at, json=given, headers=headers) for _ in range(2)]
        assert again.json() == {**first.json(), "key": None}
    assert len((await admin.get(path.removesuffix("/keys"))).json()["keys"]) == 3
    kept = await own.running.database.pool.fetch("select convert_from(body, 'utf8') from gateway.idempotency")
    assert kept
    assert not [row for row in kept if first.json()["key"] in row[0]]


async def test_no_key_is_in_a_log_or_an_error(
    own: Own, admin: Client, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever becomes of a request that has a key in its hands, nobody reads it but its caller."""
    canary, log = "gx_" + "C4n4ry" * 6, StringIO()
    monkeypatch.setattr(structlog._config._CONFIG, "logger_factory", structlog.PrintLoggerFactory(log))
    monkeypatch.setattr("gateway.access.minting.mint", lambda: canary)
    client = await made(admin)
    assert client["key"] == canary
    doubled = await admin.post(f"{CLIENTS}/{client['id']}/keys", json={})  # the digest is taken
    assert doubled.status_code == 409

    async def broken(*_: object) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr("gateway.access.writes.change", broken)
    await own.running.database.pool.execute("delete from gateway.api_keys where client_id = $1", client["id"])
    crashed = await admin.post(f"{CLIENTS}/{client['id']}/keys", json={})
    assert crashed.status_code == 500
    assert await status(own, canary) == 401
    told = capfd.readouterr()
    assert "RuntimeError" in log.getvalue()
    assert '"status":500' in told.err
    for text in (told.out, told.err, log.getvalue(), doubled.text, crashed.text):
        assert canary not in text
        assert canary[11:] not in text


async def test_an_answer_that_was_under_way_is_forgotten_too(
    own: Own, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await made(admin)
    found = own.running.app.state.keys
    asked, ended, find = asyncio.Event(), asyncio.Event(), keys._FIND

    class Slow:
        async def one(self, *on: Any, **given: Any) -> Any:
            row = await find.one(*on, **given)
            asked.set()
            await ended.wait()
            return row

    monkeypatch.setattr(keys, "_FIND", Slow())
    early = asyncio.create_task(status(own, client["key"]))
    await asked.wait()
    monkeypatch.setattr(keys, "_FIND", find)
    found.forget()
    path = f"{CLIENTS}/{client['id']}"
    assert (await admin.delete(path, headers={"If-Match": '"1"'})).status_code == 204
    assert await status(own, client["key"]) == 401
    ended.set()
    assert await early == 200, "it was asked before"
    found.wrong.clear()
    assert await status(own, client["key"]) == 401
