"""The queue: what is decided about a pair stays decided, and who sees it."""

from dataclasses import replace

import httpx

from shared.auth import Visibility
from tests.services.customer.duplicates.support import created, look, pairs, person, phone
from tests.support.running import ANYBODY, Running


async def found(client: httpx.AsyncClient, customer: Running, **more: object) -> dict[str, object]:
    number = phone()
    one, _ = [await created(client, person("Philip Marlowe", number, **more)) for _ in range(2)]
    await look(client, customer)
    (pair,) = await pairs(client, customer=one)
    return pair


async def test_never_the_same_is_remembered_and_can_be_taken_back(
    client: httpx.AsyncClient, customer: Running
) -> None:
    pair = await found(client, customer)
    dismissed = await client.post(f"/v1/duplicates/{pair['id']}/dismiss")
    assert (dismissed.status_code, dismissed.json()["status"]) == (200, "dismissed")
    assert (await client.post(f"/v1/duplicates/{pair['id']}/dismiss")).json() == dismissed.json()
    await look(client, customer)
    assert (await client.get(f"/v1/duplicates/{pair['id']}")).json()["status"] == "dismissed"
    whose = {"customer": pair["customers"][0]}  # type: ignore[index]  # a list
    assert not await pairs(client, status="open", **whose)
    assert len(await pairs(client, status="dismissed", **whose)) == 1
    again = await client.post(f"/v1/duplicates/{pair['id']}/reopen")
    assert again.json()["status"] == "open"
    history = (await client.get(f"/v1/duplicates/{pair['id']}/history")).json()["items"]
    assert [each["changes"].get("status", {}).get("to") for each in history][:2] == ["open", "dismissed"]


async def test_who_does_not_see_both_sees_no_pair(client: httpx.AsyncClient, customer: Running) -> None:
    pair = await found(client, customer, owner="u-7")
    other = pair["customers"][1]  # type: ignore[index]  # a list
    async with customer.client(replace(ANYBODY, id="u-7", visibility=Visibility.OWN)) as owner:
        assert (await owner.get(f"/v1/duplicates/{pair['id']}")).status_code == 200
        assert len(await pairs(owner)) == 1
        await client.patch(f"/v1/customers/{other}", json={"owner": "u-8"}, headers={"If-Match": '"1"'})
        assert (await owner.get(f"/v1/duplicates/{pair['id']}")).status_code == 404
        assert (await owner.post(f"/v1/duplicates/{pair['id']}/dismiss")).status_code == 404
        assert not await pairs(owner)


async def test_a_merge_closes_the_pair(client: httpx.AsyncClient, customer: Running) -> None:
    """As a merge leaves the tables: the loser is deleted, and its id means the survivor."""
    pair = await found(client, customer)
    one, other = pair["customers"]  # type: ignore[misc]  # a list
    execute = customer.database.pool.execute
    await execute("update customer.customers set deleted_at = now() where id = $1", other)
    await execute("update customer.customers set merged_ids = array[$2::uuid] where id = $1", one, other)
    await execute("insert into customer.former_ids values ($1, $2, gen_random_uuid())", other, one)
    merged = (await client.get(f"/v1/duplicates/{pair['id']}")).json()
    assert (merged["status"], merged["customers"]) == ("merged", [one, one])
    assert not await pairs(client, status="open", customer=str(one))
    assert len(await pairs(client, status="merged", customer=str(one))) == 1


async def test_a_dismissal_holds_across_merges(client: httpx.AsyncClient, customer: Running) -> None:
    """Never the same are A and B; A is merged into C: then C and B are never the same either."""
    number = phone()
    ids = [await created(client, person("Sam Spade", number)) for _ in range(3)]
    await look(client, customer)
    a, b, c = ids
    (pair,) = [each for each in await pairs(client, customer=a) if b in each["customers"]]
    await client.post(f"/v1/duplicates/{pair['id']}/dismiss")
    execute = customer.database.pool.execute
    await execute("delete from customer.duplicates where id <> $1", pair["id"])
    await execute("update customer.customers set deleted_at = now() where id = $1", a)
    await execute("update customer.customers set merged_ids = array[$2::uuid] where id = $1", c, a)
    await execute("insert into customer.former_ids values ($1, $2, gen_random_uuid())", a, c)
    await look(client, customer)
    assert not await pairs(client, customer=b, status="open")
    (kept,) = await pairs(client, customer=c)
    assert (kept["status"], set(kept["customers"])) == ("dismissed", {b, c})


async def test_the_feed_tells_of_pairs(client: httpx.AsyncClient, customer: Running) -> None:
    pair = await found(client, customer)
    answer = await client.get("/v1/changes/snapshot", params={"kind": "duplicate"})
    assert pair["id"] in {each["subject"] for each in answer.json()["items"]}


async def test_settings_are_changed_conditionally(client: httpx.AsyncClient) -> None:
    now = await client.get("/v1/duplicate-settings")
    assert {name: now.json()[name] for name in ("on_write", "review", "certain")} == {
        "on_write": "off",
        "review": 0.7,
        "certain": 0.95,
    }
    assert (await client.put("/v1/duplicate-settings", json={"review": 0.8})).status_code == 428
    condition = {"If-Match": now.headers["etag"]}
    changed = await client.put("/v1/duplicate-settings", json={"review": 0.8}, headers=condition)
    assert (changed.status_code, changed.json()["review"]) == (200, 0.8)
    stale = await client.put("/v1/duplicate-settings", json={"review": 0.8}, headers=condition)
    assert stale.status_code == 412
    condition = {"If-Match": changed.headers["etag"]}
    for body, pointer in (
        ({"certain": 0.1}, "/certain"),
        ({"review": 1.5}, "/review"),
        ({"on_write": "maybe"}, "/on_write"),
        ({"weights_from": "00000000-0000-0000-0000-000000000009"}, "/weights_from"),
    ):
        refused = await client.put("/v1/duplicate-settings", json=body, headers=condition)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    back = await client.put("/v1/duplicate-settings", json={"review": 0.7}, headers=condition)
    assert back.status_code == 200


async def test_a_merge_that_is_undone_opens_the_pair_again(
    client: httpx.AsyncClient, customer: Running
) -> None:
    pair = await found(client, customer)
    one, other = pair["customers"]  # type: ignore[misc]  # a list
    merged = await client.post("/v1/merges", json={"survivor": one, "duplicates": [other]})
    assert merged.status_code == 201, merged.text
    assert (await client.get(f"/v1/duplicates/{pair['id']}")).json()["status"] == "merged"
    undone = await client.post(f"/v1/merges/{merged.json()['id']}/undo", json={})
    assert undone.status_code in {200, 201}, undone.text
    assert (await client.get(f"/v1/duplicates/{pair['id']}")).json()["status"] == "open"
