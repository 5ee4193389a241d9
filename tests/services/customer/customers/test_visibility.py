"""Who sees what, and that nobody writes what it does not see."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.auth import Principal
from tests.services.customer.conftest import Create
from tests.support.running import Running


async def test_what_is_not_seen_is_not_there(
    client: httpx.AsyncClient, seller: httpx.AsyncClient, create: Create, name: dict[str, str]
) -> None:
    foreign = await create(owner="u-other", identities=[name])
    path, match = f"/v1/customers/{foreign['id']}", {"If-Match": '"1"'}
    absent = "/v1/customers/01890a5d-ac96-774b-bcce-b302099a8057"
    for at in (path, f"/v1/customers/erp:{name['id']}", absent):
        for answer in (
            await seller.get(at),
            await seller.get(f"{at}/history"),
            await seller.patch(at, json={"owner": "u-seller"}, headers=match),
            await seller.delete(at, headers=match),
            await seller.post(f"{at}/identities", json={"system": "x", "id": uuid4().hex}),
            await seller.post(f"{at}/contact-points", json={"type": "phone", "value": "1"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    resolved = await seller.post("/v1/identities/resolve", json={"items": [name]})
    assert resolved.json()["results"][0]["customer_id"] is None
    assert foreign["id"] not in {item["id"] for item in (await seller.get("/v1/customers")).json()["items"]}
    assert (await client.get(path)).json() == foreign


async def test_a_taken_name_does_not_tell_whose_it_is(
    seller: httpx.AsyncClient, create: Create, name: dict[str, str]
) -> None:
    foreign = await create(owner="u-other", identities=[name])
    answer = await seller.post("/v1/customers", json={"name": "x", "identities": [name]})
    assert (answer.status_code, answer.json()["customer_id"]) == (409, None)
    assert foreign["id"] not in answer.text
    rows = [{"identities": [name], "region": "x"}, {"id": foreign["id"], "owner": "u-seller"}]
    batch = await seller.post("/v1/customers/batch", json={"items": rows})
    codes = [result["problem"]["code"] for result in batch.json()["results"]]
    assert codes == ["identity_taken", "not_found"]
    assert foreign["id"] not in batch.text


async def test_a_new_customer_belongs_to_who_sees_it(
    seller: httpx.AsyncClient, desk: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    own = (await seller.post("/v1/customers", json={"name": "x"})).json()
    assert own["owner"] == "u-seller"
    assert (await seller.get(f"/v1/customers/{own['id']}")).json() == own
    assert (await desk.get(f"/v1/customers/{own['id']}")).status_code == 404
    shared = (await desk.post("/v1/customers", json={"name": "x", "owner": "u-9"})).json()
    assert (shared["department"], shared["owner"]) == ("east", "u-9")
    nobody = (await client.post("/v1/customers", json={"name": "x"})).json()
    assert (nobody["department"], nobody["owner"]) == (None, None)


@pytest.mark.parametrize("fields", [{"owner": "u-other"}, {"owner": None}])
async def test_nobody_puts_a_customer_out_of_its_own_sight(
    seller: httpx.AsyncClient, fields: dict[str, Any]
) -> None:
    created = await seller.post("/v1/customers", json={"name": "x", **fields})
    assert (created.status_code, created.json()["code"]) == (403, "out_of_sight")
    own = (await seller.post("/v1/customers", json={"name": "x"})).json()
    path = f"/v1/customers/{own['id']}"
    patched = await seller.patch(path, json=fields, headers={"If-Match": '"1"'})
    assert (patched.status_code, (await seller.get(path)).json()) == (403, own)


async def test_scopes_are_asked_for(customer: Running, create: Create) -> None:
    created = await create()
    async with customer.client(Principal("u-1", frozenset({"customers:read"}))) as reader:
        assert (await reader.get(f"/v1/customers/{created['id']}")).status_code == 200
        assert (await reader.post("/v1/customers", json={"name": "x"})).status_code == 403
    async with customer.client(None) as stranger:
        assert (await stranger.get(f"/v1/customers/{created['id']}")).status_code == 401
