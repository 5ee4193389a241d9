"""Undoing: every record is what it was, what was changed since stays, and what cannot be says why."""

from datetime import timedelta
from typing import Any

import httpx

from services.customer.merges.waiting import forget
from tests.services.customer.conftest import Create
from tests.services.customer.merges.conftest import Merge, named, plain
from tests.support.running import Running

Pair = tuple[dict[str, Any], dict[str, Any]]


async def undo(client: httpx.AsyncClient, merge: dict[str, Any], **body: Any) -> httpx.Response:
    return await client.post(f"/v1/merges/{merge['id']}/undo", json=body)


async def read(client: httpx.AsyncClient, *records: dict[str, Any]) -> list[dict[str, Any]]:
    return [(await client.get(f"/v1/customers/{each['id']}")).json() for each in records]


async def patch(client: httpx.AsyncClient, record: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/customers/{record['id']}"
    match = (await client.get(path)).headers["etag"]
    answer = await client.patch(path, json=body, headers={"If-Match": match})
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


async def test_every_record_is_what_it_was(
    customer: Running, client: httpx.AsyncClient, merge: Merge, pair: Pair
) -> None:
    made = (await merge(*(each["id"] for each in pair), rules={"name": "longest"})).json()
    preview = await undo(client, made, dry_run=True)
    assert (preview.status_code, preview.json()["undone_at"]) == (200, None)
    assert (await client.get(f"/v1/merges/{made['id']}")).json() == made
    undone = await undo(client, made)
    assert undone.status_code == 200, undone.text
    assert undone.json()["undo"] == preview.json()["undo"] == {"changed_since": [], "conflicts": []}
    assert plain(preview.json()["survivor"]) == plain(pair[0])
    now = await read(client, *pair)
    assert list(map(plain, now)) == list(map(plain, pair))
    for each in pair:
        name = each["identities"][0]
        assert (await client.get(f"/v1/customers/erp:{name['id']}")).json()["id"] == each["id"]
    again = await undo(client, made)
    assert (again.status_code, again.json()) == (200, undone.json())
    assert await read(client, *pair) == now
    kept = "select kept, decisions from customer.merges where id = $1"
    assert tuple(await customer.database.pool.fetchrow(kept, made["id"])) == (None, None)
    assert await customer.database.pool.fetchval(
        "select count(*) = 0 from customer.former_ids where original_id = $1", pair[1]["id"]
    )
    once_more = await merge(*(each["id"] for each in pair))
    assert (once_more.status_code, once_more.json()["survivor"]["merged_ids"]) == (201, [pair[1]["id"]])


async def test_what_was_changed_since_stays(client: httpx.AsyncClient, merge: Merge, pair: Pair) -> None:
    one, other = pair
    made = (await merge(one["id"], other["id"])).json()
    mail, added = made["survivor"]["contact_points"][1], {"type": "wechat", "value": "wei"}
    body = {
        "region": "North",  # the merge left it alone
        "department": "west",  # both touched it
        "contact_points": [*made["survivor"]["contact_points"], added],
        "attributes": {"shoe": 45, "hat": 60},
        "tags": ["vip", "beta", "new"],
    }
    changed = await patch(client, other, body)
    undone = (await undo(client, made)).json()
    assert undone["undo"] == {
        "changed_since": [
            "attributes.hat",
            "attributes.shoe",
            "contact_points",
            "department",
            "region",
            "tags",
        ],
        "conflicts": [
            {"field": "attributes.shoe", "member": None, "decided": "kept_as_it_is_now"},
            {"field": "department", "member": None, "decided": "kept_as_it_is_now"},
        ],
    }
    (survivor, restored) = await read(client, one, other)
    assert plain(restored) == plain(other)
    assert (survivor["region"], survivor["department"], survivor["tags"]) == ("North", "west", ["vip", "new"])
    assert survivor["attributes"] == {"colour": "red", "size": 7, "shoe": 45, "hat": 60}
    points = {each["value"] for each in survivor["contact_points"]}
    assert points == {"138 0013 8000", "wei"}
    assert mail["id"] not in {each["id"] for each in survivor["contact_points"]}
    assert restored["version"] > changed["version"]


async def test_a_name_that_another_holds_by_now_stays_there(
    client: httpx.AsyncClient, merge: Merge, pair: Pair, create: Create
) -> None:
    one, other = pair
    made = (await merge(one["id"], other["id"])).json()
    await patch(client, one, {"identities": one["identities"]})
    await create(identities=other["identities"])
    undone = await undo(client, made)
    assert undone.json()["undo"]["conflicts"] == [
        {
            "field": "identities",
            "member": f"erp:{other['identities'][0]['id']}",
            "decided": "left_with_its_holder",
        }
    ]
    (_, restored) = await read(client, one, other)
    assert plain(restored) == plain({**other, "identities": []})


async def test_a_name_given_up_meanwhile_comes_back(
    client: httpx.AsyncClient, merge: Merge, pair: Pair
) -> None:
    one, other = pair
    made = (await merge(one["id"], other["id"])).json()
    await patch(client, one, {"identities": []})
    assert (await undo(client, made)).json()["undo"]["changed_since"] == ["identities"]
    (survivor, restored) = await read(client, one, other)
    assert (survivor["identities"], plain(restored)) == ([], plain(other))


async def test_merges_of_one_survivor_are_undone_in_any_order(
    client: httpx.AsyncClient, merge: Merge, create: Create
) -> None:
    first = await create(region="East", tags=["a"], identities=[named("1")], attributes={"k": 1})
    second = await create(region="West", tags=["b"], identities=[named("2")], attributes={"k": 2})
    for turn in ((0, 1), (1, 0)):
        whole = await create(name="Wei", tags=["x"])
        merges = [(await merge(whole["id"], first["id"])).json()]
        merges.append((await merge(whole["id"], second["id"], rules={"region": "newest"})).json())
        for index in turn:
            assert (await undo(client, merges[index])).status_code == 200
        now = await read(client, whole, first, second)
        assert list(map(plain, now)) == list(map(plain, (whole, first, second)))


async def test_a_merge_further_on_is_undone_first(
    client: httpx.AsyncClient, merge: Merge, create: Create
) -> None:
    records = [await create(identities=[named(str(n))], tags=[str(n)]) for n in range(4)]
    ids = [each["id"] for each in records]
    merges = [(await merge(ids[n + 1], ids[n])).json() for n in range(3)]
    for below in merges[:2]:
        refused = await undo(client, below)
        assert (refused.status_code, refused.json()["code"]) == (409, "merged_on")
        assert refused.json()["merge_id"] == merges[2]["id"]
    for each in reversed(merges):
        assert (await undo(client, each)).status_code == 200
    assert list(map(plain, await read(client, *records))) == list(map(plain, records))


async def test_a_deleted_survivor_gives_the_others_back(
    client: httpx.AsyncClient, merge: Merge, pair: Pair, create: Create
) -> None:
    made = (await merge(*(each["id"] for each in pair))).json()
    path = f"/v1/customers/{pair[1]['id']}"  # also an id of old deletes
    match = (await client.get(path)).headers["etag"]
    assert (await client.delete(path, headers={"If-Match": match})).status_code == 204
    assert (await client.get(path)).status_code == 404
    preview = await undo(client, made, dry_run=True)
    assert (preview.status_code, preview.json()["survivor"]) == (200, None), preview.text
    undone = await undo(client, made)
    assert (
        undone.json()["undo"] == preview.json()["undo"] == {"changed_since": ["deleted_at"], "conflicts": []}
    )
    (restored,) = await read(client, pair[1])
    assert plain(restored) == plain(pair[1])
    assert restored["version"] > int(match.strip('"')) + 1, "above what was deleted"
    for each, status in zip(pair, (404, 200), strict=True):
        name = each["identities"][0]["id"]
        assert (await client.get(f"/v1/customers/erp:{name}")).status_code == status
        assert (await client.get(f"/v1/customers/{each['id']}")).status_code == status
    assert (await undo(client, made)).json() == undone.json()


async def test_a_name_taken_since_the_survivor_was_deleted_stays_with_its_holder(
    client: httpx.AsyncClient, merge: Merge, pair: Pair, create: Create
) -> None:
    made = (await merge(*(each["id"] for each in pair))).json()
    path = f"/v1/customers/{pair[0]['id']}"
    match = (await client.get(path)).headers["etag"]
    assert (await client.delete(path, headers={"If-Match": match})).status_code == 204
    taken = pair[1]["identities"][0]
    await create(identities=[{"system": taken["system"], "id": taken["id"]}])
    told = (await undo(client, made)).json()["undo"]
    assert told["conflicts"] == [
        {"field": "identities", "member": f"erp:{taken['id']}", "decided": "left_with_its_holder"}
    ]
    (restored,) = await read(client, pair[1])
    assert restored["identities"] == pair[1]["identities"][1:]


async def test_after_its_time_it_is_too_late(
    customer: Running, client: httpx.AsyncClient, merge: Merge, pair: Pair
) -> None:
    made = (await merge(*(each["id"] for each in pair))).json()
    clock = customer.core.clock
    customer.core.clock = lambda: clock() + timedelta(days=91)
    try:
        late = await undo(client, made)
    finally:
        customer.core.clock = clock
    assert (late.status_code, late.json()["code"]) == (409, "too_late_to_undo")
    pool = customer.database.pool
    await forget(customer.database)
    assert await pool.fetchval("select kept is not null from customer.merges where id = $1", made["id"])
    await pool.execute("update customer.merges set undoable_until = now() where id = $1", made["id"])
    await forget(customer.database)
    row = await pool.fetchrow("select kept, decisions from customer.merges where id = $1", made["id"])
    assert tuple(row) == (None, None)
    shown = (await client.get(f"/v1/merges/{made['id']}")).json()
    assert (shown["fields"], shown["survivor"]["id"]) == (None, pair[0]["id"])
