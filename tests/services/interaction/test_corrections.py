"""One record of any kind: found by id or by its name elsewhere, corrected, with its history."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth import Principal, Visibility
from tests.services.interaction.conftest import contact, name
from tests.services.interaction.peer import Peer
from tests.services.interaction.test_recording import told
from tests.support.running import Running

AT, THEN = "2026-03-01T09:30:00Z", "2026-03-02T09:30:00Z"
LINES = [{"quantity": "1", "amount": "9.00"}]
MONEY = {"currency": "CNY"}
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {  # what is sent, and how it is corrected
    "interactions": ({"channel": "phone", "occurred_at": AT, "subject": "a"}, {"subject": "b"}),
    "products": ({"name": "Tea", "family": "Green"}, {"family": None}),
    "orders": ({"placed_at": AT, "lines": LINES, **MONEY}, {"placed_at": THEN, "status": "shipped"}),
    "payments": ({"paid_at": AT, "amount": "9.00", **MONEY}, {"paid_at": THEN, "amount": "8.00"}),
    "returns": ({"returned_at": AT, "lines": LINES, **MONEY}, {"returned_at": THEN, "reason": "broken"}),
}


@pytest.fixture(params=KINDS)
async def kind(request: pytest.FixtureRequest) -> str:
    """The path of a kind."""
    return str(request.param)


def sent(kind: str, **more: Any) -> dict[str, Any]:
    source = {"source": {"system": "erp", "id": name("a/b:c")}}
    whose = {} if kind == "products" else {"customer": {"system": "erp", "id": name()}}
    return {**KINDS[kind][0], **source, **whose, **more}


async def made(client: httpx.AsyncClient, kind: str, **more: Any) -> Any:
    answer = await client.post(f"/v1/{kind}", json=sent(kind, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()


def by_name(kind: str, record: Any) -> str:
    return f"/v1/{kind}/erp:{record['source']['id'].replace('/', '%2F')}"


async def patch(
    client: httpx.AsyncClient, path: str, body: Any, seen: int = 1, **more: str
) -> httpx.Response:
    return await client.patch(path, json=body, headers={"if-match": f'"{seen}"', **more})


async def test_a_record_is_found_by_its_name_elsewhere(client: httpx.AsyncClient, kind: str) -> None:
    record = await made(client, kind)
    found = await client.get(by_name(kind, record))
    assert (found.json(), found.headers["etag"]) == (record, '"1"')
    for nobody in ("erp:nobody", "nobody", str(uuid4())):
        assert (await client.get(f"/v1/{kind}/{nobody}")).status_code == 404


async def test_a_correction_is_a_new_version_and_what_was_before_stays(
    client: httpx.AsyncClient, interaction: Running, kind: str
) -> None:
    record, change = await made(client, kind), KINDS[kind][1]
    done = await patch(client, by_name(kind, record), change)
    assert (done.status_code, done.headers["etag"]) == (200, '"2"'), done.text
    after = done.json()
    assert after == (await client.get(f"/v1/{kind}/{record['id']}")).json()
    changed = {field for field in record if record[field] != after[field]}
    assert changed == {*change, "version", "updated_at"}
    history = (await client.get(f"/v1/{kind}/{record['id']}/history")).json()["items"]
    assert [each["version"] for each in history] == [2, 1]
    assert history[0]["changes"].keys() == change.keys()
    assert (history[0]["who"], history[0]["masked"]) == ("u-test", [])
    headers, _ = await told(interaction, record["id"])
    assert [type_.rpartition(".")[2] for type_, _ in headers][1:] == ["updated"]


async def test_the_same_again_changes_nothing(client: httpx.AsyncClient, kind: str) -> None:
    record = await made(client, kind)
    path = f"/v1/{kind}/{record['id']}"
    first = await patch(client, path, KINDS[kind][1])
    again = await patch(client, path, KINDS[kind][1], 2)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_a_correction_needs_the_version_that_was_seen(client: httpx.AsyncClient, kind: str) -> None:
    record, change = await made(client, kind, attributes={"a": 1}), KINDS[kind][1]
    path = f"/v1/{kind}/{record['id']}"
    assert (await client.patch(path, json=change)).status_code == 428
    await patch(client, path, change)
    stale = await patch(client, path, {"attributes": {"a": 2}})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert stale.json()["changed"] == sorted(change)
    disjoint = await patch(client, path, {"attributes": {"b": 3}}, prefer="merge=disjoint")
    assert (disjoint.status_code, disjoint.json()["attributes"]) == (200, {"a": 1, "b": 3})
    assert (await patch(client, path, change, prefer="merge=disjoint")).status_code == 412
    last = (await client.get(f"{path}/history", params={"field": "attributes.b"})).json()["items"]
    assert [each["changes"] for each in last] == [{"attributes.b": {"from": None, "to": 3}}]


async def test_attributes_are_merged_and_bounded(client: httpx.AsyncClient) -> None:
    record = await made(client, "orders", attributes={f"a{number}": {"b": number} for number in range(400)})
    path = f"/v1/orders/{record['id']}"
    less = await patch(client, path, {"attributes": {"a0": None, "a1": {"c": 1}}})
    assert less.json()["attributes"].keys() == record["attributes"].keys() - {"a0"}
    assert less.json()["attributes"]["a1"] == {"b": 1, "c": 1}
    more = {f"z{number}": {"b": number} for number in range(400)}
    refused = await patch(client, path, {"attributes": more}, 2)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/attributes")


async def test_what_a_record_is_linked_to_stays(client: httpx.AsyncClient, kind: str) -> None:
    record = await made(client, kind)
    path, links = f"/v1/{kind}/{record['id']}", sent(kind).keys() & {"customer", "source"}
    for link in links:
        refused = await patch(client, path, {link: {"system": "erp", "id": name()}})
        assert (refused.status_code, refused.json()["code"]) == (422, "link_fixed")
        assert [error["pointer"] for error in refused.json()["errors"]] == [f"/{link}"]
    wrong = await patch(client, path, {"attributes": None, "version": 7})
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/attributes", "/version"}
    assert (await client.get(path)).headers["etag"] == '"1"'


async def test_a_foreign_record_is_absent(
    client: httpx.AsyncClient, interaction: Running, peer: Peer
) -> None:
    whom = name()
    peer.put(whom, owner="u-1")
    given = contact({"system": "erp", "id": whom}, source={"system": "pbx", "id": name()})
    scopes = frozenset(("interactions:read", "interactions:write"))
    owner = interaction.client(Principal("u-1", scopes, Visibility.OWN))
    stranger = interaction.client(Principal("u-2", scopes, Visibility.OWN))
    record = (await owner.post("/v1/interactions", json=given)).json()
    for path in (record["id"], f"pbx:{given['source']['id']}"):
        assert (await stranger.get(f"/v1/interactions/{path}/history")).status_code == 404
        assert (await patch(stranger, f"/v1/interactions/{path}", {"subject": "x"})).status_code == 404
        assert (await owner.get(f"/v1/interactions/{path}/history")).status_code == 200
    assert (await patch(owner, f"/v1/interactions/{record['id']}", {"subject": "x"})).status_code == 200


async def test_history_shows_no_personal_data_to_who_may_not_read_it(
    client: httpx.AsyncClient, interaction: Running
) -> None:
    record = await made(client, "interactions")
    path = f"/v1/interactions/{record['id']}"
    await patch(client, path, {"subject": "Canary", "purpose": "sale", "attributes": {"n": "Canary"}})
    async with interaction.client(Principal("u-clerk", frozenset(("*",)), personal=False)) as clerk:
        history = await clerk.get(f"{path}/history")
        refused = await patch(clerk, path, {"subject": "x"}, 2)
        done = await patch(clerk, path, {"purpose": "service"}, 2)
    entry = history.json()["items"][0]
    assert sorted(entry["masked"]) == ["attributes.n", "subject"]
    assert entry["changes"]["purpose"] == {"from": None, "to": "sale"}
    assert "Canary" not in history.text
    assert (refused.status_code, refused.json()["code"]) == (403, "masked_field")
    assert (done.status_code, done.json()["subject"]) == (200, None)
