"""Addresses of customers over HTTP: formatted, told what seems wrong, refused what certainly is."""

from typing import Any

import httpx

from tests.services.customer.conftest import Create
from tests.support.running import Running

HANGZHOU = {
    "lines": ["文三路 1 号"],
    "district": "西湖区",
    "city": "杭州市",
    "region": "浙江",
    "postal_code": "310012",
    "country": "CN",
}
WRONG = {**HANGZHOU, "postal_code": "31001"}


async def test_an_address_is_formatted(client: httpx.AsyncClient, create: Create) -> None:
    made = await create(addresses=[HANGZHOU, {"lines": ["somewhere"]}])
    first, second = made["addresses"]
    assert (first["region"], first["formatted"]) == (
        "浙江省",
        ["310012", "浙江省杭州市西湖区", "文三路 1 号"],
    )
    assert (first["formatted_latin"], first["problems"]) == (None, [])
    assert second["formatted_latin"] == ["somewhere"]
    assert second["problems"] == [{"part": "country", "code": "missing"}]
    path = f"/v1/customers/{made['id']}"
    echoed = await client.patch(path, json={"addresses": made["addresses"]}, headers={"If-Match": '"1"'})
    assert (echoed.status_code, echoed.headers["etag"]) == (200, '"1"'), echoed.text
    one = f"{path}/addresses/{first['id']}"
    moved = await client.patch(one, json={"district": None}, headers={"If-Match": '"1"'})
    assert moved.json()["formatted"] == ["310012", "浙江省杭州市", "文三路 1 号"], moved.text


async def test_what_is_certainly_wrong_is_refused_on_every_way(
    client: httpx.AsyncClient, create: Create
) -> None:
    whose = await create(addresses=[HANGZHOU])
    path = f"/v1/customers/{whose['id']}"
    for wrong, part in ((WRONG, "postal_code"), ({**HANGZHOU, "country": "XX"}, "country")):
        body = {"name": "X", "addresses": [HANGZHOU, wrong]}
        for answer in (
            await client.post("/v1/customers", json=body),
            await client.patch(path, json=body, headers={"If-Match": '"1"'}),
        ):
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (
                422,
                f"/addresses/1/{part}",
            )
        lines = (await client.post("/v1/customers/batch", json={"items": [body]})).json()["results"]
        assert lines[0]["problem"]["errors"][0]["pointer"] == f"/addresses/1/{part}"
        for answer in (
            await client.post(f"{path}/addresses", json=wrong),
            await client.patch(
                f"{path}/addresses/{whose['addresses'][0]['id']}",
                json={part: wrong[part]},
                headers={"If-Match": '"1"'},
            ),
        ):
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{part}")


async def test_addresses_that_are_older_still_read(
    customer: Running, client: httpx.AsyncClient, create: Create
) -> None:
    made = await create(addresses=[WRONG | {"postal_code": "310012"}])
    old: dict[str, Any] = {
        name: value
        for name, value in made["addresses"][0].items()
        if name in {"id", "type", "lines", "city", "region", "country"}
    }
    old["postal_code"] = "31001"  # as it was not refused then
    await customer.database.pool.execute(
        "update customer.customers set addresses = $2 where id = $1", made["id"], [old]
    )
    path = f"/v1/customers/{made['id']}"
    added = {"district": None, "formatted": [], "formatted_latin": None, "problems": []}
    read = await client.get(path)
    assert read.json()["addresses"] == [{**old, **added}]
    echoed = {"addresses": read.json()["addresses"], "region": "East"}
    patched = await client.patch(path, json=echoed, headers={"If-Match": '"1"'})
    assert patched.status_code == 200, patched.text
    assert patched.json()["addresses"][0]["formatted"] == ["31001", "浙江省杭州市", "文三路 1 号"]
    history = (await client.get(f"{path}/history")).json()["items"][0]
    assert history["changes"]["addresses"]["from"] == [{**old, **added}]
