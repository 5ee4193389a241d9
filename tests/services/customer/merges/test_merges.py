"""Merging: what the survivor becomes, that every id and name goes on answering, and what is refused."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth import Visibility
from tests.services.customer.conftest import Create
from tests.services.customer.merges.conftest import Merge, named, plain
from tests.support.running import ANYBODY, Running

Pair = tuple[dict[str, Any], dict[str, Any]]


async def test_the_survivor_has_what_both_had(client: httpx.AsyncClient, merge: Merge, pair: Pair) -> None:
    one, other = pair
    answer = await merge(one["id"], other["id"], reason="the same person")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/v1/merges/{made['id']}"
    assert (made["survivor_id"], made["duplicate_ids"], made["reason"]) == (
        one["id"],
        [other["id"]],
        "the same person",
    )
    whole = made["survivor"]
    assert (whole["name"], whole["given_name"], whole["region"], whole["department"]) == (
        "张伟",
        None,  # a part of another name
        "East",
        "east",
    )
    assert whole["tags"] == ["vip", "beta"]
    assert whole["attributes"] == {"colour": "red", "size": 7, "shoe": 44}
    assert whole["identities"] == sorted(one["identities"] + other["identities"], key=lambda each: each["id"])
    assert whole["contact_points"] == [one["contact_points"][0], other["contact_points"][1]]
    assert whole["addresses"] == other["addresses"]
    assert (whole["merged_ids"], whole["version"]) == ([other["id"]], 2)
    by_field = {each["field"]: each for each in made["fields"]}
    assert (by_field["department"]["record"], by_field["department"]["value"]) == (other["id"], "east")
    assert (by_field["tags"]["rule"], by_field["tags"]["record"]) == ("union", None)
    assert all(each["why"] for each in made["fields"])
    for reference in (other["id"], f"erp:{other['identities'][0]['id']}", one["id"]):
        read = await client.get(f"/v1/customers/{reference}")
        assert (read.status_code, read.json()) == (200, whole)
    assert (await client.get(f"/v1/merges/{made['id']}")).json() == made
    listed = (await client.get("/v1/merges", params={"customer": other["id"]})).json()["items"]
    assert listed == [made]


async def test_the_feed_tells_of_both_in_one_transaction(
    customer: Running, client: httpx.AsyncClient, merge: Merge, pair: Pair
) -> None:
    one, other = pair
    before = (await client.get("/v1/changes/snapshot", params={"ids": one["id"]})).json()["cursor"]
    await merge(one["id"], other["id"])
    rows = await customer.database.pool.fetch(
        "select type, subjects[1] as subject, transaction from customer.feed order by seq desc limit 2"
    )
    assert {(row["type"], str(row["subject"])) for row in rows} == {
        ("customer.updated", one["id"]),
        ("customer.merged", other["id"]),
    }
    assert len({row["transaction"] for row in rows}) == 1
    assert before
    states = (await client.get("/v1/changes/snapshot", params={"ids": [one["id"], other["id"]]})).json()
    told = {item["subject"]: item for item in states["items"]}
    assert (told[other["id"]]["deleted"], told[other["id"]]["data"]) == (True, None)
    assert told[one["id"]]["data"]["merged_ids"] == [other["id"]]
    history = (await client.get(f"/v1/customers/{one['id']}/history")).json()["items"]
    ends = {each["subject"]: each["changes"] for each in history[:2]}
    assert ends[other["id"]] == {"merged_into": {"from": None, "to": one["id"]}}
    assert ends[one["id"]]["merged_ids"] == {"from": [], "to": [other["id"]]}
    assert {each["subject"] for each in history} == {one["id"], other["id"]}


async def test_a_preview_tells_it_and_writes_nothing(
    customer: Running, client: httpx.AsyncClient, merge: Merge, pair: Pair
) -> None:
    one, other = pair
    count = "select (select count(*) from customer.feed), (select count(*) from customer.merges)"
    before = tuple(await customer.database.pool.fetchrow(count))
    preview = await merge(one["id"], other["id"], dry_run=True)
    assert (preview.status_code, preview.json()["id"]) == (200, None)
    assert tuple(await customer.database.pool.fetchrow(count)) == before
    assert (await client.get(f"/v1/customers/{other['id']}")).json() == other
    done = (await merge(one["id"], other["id"])).json()
    kept = ("id", "created_at", "undoable_until", "survivor")
    assert {k: v for k, v in done.items() if k not in kept} == {
        k: v for k, v in preview.json().items() if k not in kept
    }
    assert plain(done["survivor"]) == plain(preview.json()["survivor"])


async def test_the_same_again_is_the_same_merge(merge: Merge, pair: Pair) -> None:
    one, other = pair
    first = await merge(one["id"], other["id"])
    name = other["identities"][0]
    for survivor, duplicate in ((one["id"], other["id"]), (one["id"], name), (other["id"], one["id"])):
        again = await merge(survivor, duplicate)
        assert (again.status_code, again.json()) == (200, first.json())


async def test_a_record_is_not_merged_with_itself(merge: Merge, pair: Pair, create: Create) -> None:
    one, other = pair
    refused = await merge(one["id"], other["id"], one["identities"][0])
    assert (refused.status_code, refused.json()["code"]) == (422, "self_merge")
    assert refused.json()["errors"][0]["pointer"] == "/duplicates/1"
    await merge(one["id"], other["id"])
    assert (await merge(other["id"], other["identities"][0])).json()["code"] == "self_merge"
    third = await create()
    assert (await merge(other["id"], third["id"])).json()["survivor_id"] == one["id"]


async def test_chains_collapse(
    customer: Running, client: httpx.AsyncClient, merge: Merge, create: Create
) -> None:
    ids = [(await create(identities=[named("C")]))["id"] for _ in range(4)]
    for survivor, duplicate in ((1, 0), (2, 1), (3, 0)):
        assert (await merge(ids[survivor], ids[duplicate])).status_code == 201
    for each in ids:
        assert (await client.get(f"/v1/customers/{each}")).json()["id"] == ids[3]
    rows = await customer.database.pool.fetch(
        "select current_id from customer.former_ids where original_id = any($1)", ids
    )
    assert [str(row["current_id"]) for row in rows] == [ids[3]] * 3
    items = [{"id": each} for each in ids]
    told = (await client.post("/v1/identities/resolve", json={"items": items})).json()["results"]
    assert {each["customer_id"] for each in told} == {ids[3]}
    assert (await client.get(f"/v1/customers/{ids[3]}")).json()["merged_ids"] == ids[:3]


async def test_an_if_match_of_old_does_not_fit(
    client: httpx.AsyncClient, merge: Merge, create: Create
) -> None:
    one, other = await create(), await create()
    for region in ("a", "b", "c"):
        path, match = f"/v1/customers/{other['id']}", (await client.get(f"/v1/customers/{other['id']}"))
        await client.patch(path, json={"region": region}, headers={"If-Match": match.headers["etag"]})
    await merge(one["id"], other["id"])
    for version in range(1, 5):
        stale = await client.patch(path, json={"region": "d"}, headers={"If-Match": f'"{version}"'})
        assert stale.status_code == 412
    assert (await client.get(path)).headers["etag"] == '"5"'


async def test_what_is_too_much_for_one_document_is_refused(
    client: httpx.AsyncClient, merge: Merge, create: Create
) -> None:
    phones = [[{"type": "phone", "value": f"138{a}01{n:05}"} for n in range(26)] for a in range(2)]
    ids = [(await create(contact_points=points))["id"] for points in phones]
    refused = await merge(*ids)
    assert (refused.status_code, refused.json()["code"]) == (422, "too_much_together")
    assert "52 in contact_points" in refused.json()["detail"]
    assert (await client.get(f"/v1/customers/{ids[1]}")).json()["version"] == 1


async def test_who_may_merge(customer: Running, merge: Merge, create: Create, pair: Pair) -> None:
    masked = customer.client(replace(ANYBODY, personal=False))
    body = {"survivor": pair[0]["id"], "duplicates": [pair[1]["id"]]}
    assert (await masked.post("/v1/merges", json=body)).json()["code"] == "masked_field"
    mine, foreign = await create(owner="u-seller"), await create(owner="u-other")
    seller = customer.client(replace(ANYBODY, id="u-seller", visibility=Visibility.OWN))
    for other in (foreign["id"], str(uuid4()), named("N")):
        for body in (
            {"survivor": mine["id"], "duplicates": [other]},
            {"survivor": other, "duplicates": [mine["id"]]},
        ):
            refused = await seller.post("/v1/merges", json=body)
            assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    made = (await merge(foreign["id"], mine["id"])).json()
    assert (await seller.get(f"/v1/merges/{made['id']}")).status_code == 404
    assert (await seller.get("/v1/merges")).json()["items"] == []
    shown = (await masked.get(f"/v1/merges/{made['id']}")).json()
    assert (shown["fields"], shown["masked"], shown["survivor"]["contact_points"]) == (None, ["fields"], None)


async def test_rules_and_values_decide(client: httpx.AsyncClient, merge: Merge, pair: Pair) -> None:
    one, other = pair
    await client.patch(
        f"/v1/customers/{one['id']}", json={"attributes": {"size": 8}}, headers={"If-Match": '"1"'}
    )
    answer = await merge(
        one["id"],
        other["id"],
        rules={"name": "longest", "attributes.colour": "newest", "tags": "oldest"},
        values={"region": other["id"]},
    )
    whole = answer.json()["survivor"]
    assert (whole["name"], whole["given_name"], whole["region"]) == ("Zhang Wei", "Wei", None)
    assert (whole["attributes"]["colour"], whole["tags"]) == ("blue", ["vip"])
    fields = {each["field"]: each for each in answer.json()["fields"]}
    assert (fields["region"]["rule"], fields["region"]["record"]) == ("chosen", other["id"])


@pytest.mark.parametrize(
    "more",
    [
        {"rules": {"identities": "newest"}},
        {"rules": {"nothing": "newest"}},
        {"rules": {"name": "biggest"}},
        {"values": {"region": str(uuid4())}},
        {"duplicates": []},
        {"duplicates": [str(uuid4())] * 50},
    ],
)
async def test_what_makes_no_sense_is_refused(
    client: httpx.AsyncClient, pair: Pair, more: dict[str, Any]
) -> None:
    body = {"survivor": pair[0]["id"], "duplicates": [pair[1]["id"]], **more}
    assert (await client.post("/v1/merges", json=body)).status_code in {404, 422}


async def test_trust_and_time_are_those_of_the_last_writing(
    customer: Running, client: httpx.AsyncClient, merge: Merge, create: Create
) -> None:
    erp = customer.client(replace(ANYBODY, source="erp"))
    one = await create(region="East", customer_class="a")
    body = {"name": "x", "region": "West", "customer_class": "b"}
    other = (await erp.post("/v1/customers", json=body)).json()
    tag = (await client.get("/v1/survivorship")).headers["etag"]
    put = await client.put(
        "/v1/survivorship",
        json={"rules": {"region": "trusted_source", "customer_class": "oldest"}, "trusted_sources": ["erp"]},
        headers={"If-Match": tag},
    )
    assert (put.status_code, put.json()["rules"]["region"], put.json()["rules"]["tags"]) == (
        200,
        "trusted_source",
        "union",
    )
    assert (await client.put("/v1/survivorship", json={}, headers={"If-Match": tag})).status_code == 412
    first = (await merge(one["id"], other["id"])).json()
    assert (first["survivor"]["region"], first["survivor"]["customer_class"]) == ("West", "a")
    late = await create(region="North", name="x")
    # The merge has carried West on; it is still the ERP's.
    second = (await merge(late["id"], one["id"])).json()
    assert second["survivor"]["region"] == "West"
    assert "through erp" in next(each["why"] for each in second["fields"] if each["field"] == "region")
    await client.put("/v1/survivorship", json={}, headers={"If-Match": put.headers["etag"]})
