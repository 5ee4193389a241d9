"""Customers whose keys are older than what is searched by are found once the worker has been there."""

import httpx

from services.customer.search.filling import AT_A_TIME, fill
from tests.services.customer.conftest import Create
from tests.support.running import Running


async def test_keys_are_filled_in(customer: Running, client: httpx.AsyncClient, create: Create) -> None:
    phone = [{"type": "phone", "value": "13500001111"}]
    made = await create(name="旧时客户", contact_points=phone)
    pool = customer.database.pool
    await pool.execute(
        """insert into customer.customers (id, kind, name, contact_points, addresses, identities,
            contact_keys, tags, attributes, version, created_at, updated_at)
        select gen_random_uuid(), 'person', '何必 ' || n, '[]', '[]', '[]', '{}', '{}', '{}', 1, now(), now()
        from generate_series(1, $1) n""",
        AT_A_TIME,
    )
    await pool.execute(
        "update customer.customers set open_keys = null, personal_keys = null, keys_recipe = 0"
    )
    assert (await client.get("/v1/customers", params={"q": "旧时"})).json()["items"] == []
    await fill(customer.database)
    for q in ("旧时", "jiushikehu", "1111"):
        (found,) = (await client.get("/v1/customers", params={"q": q})).json()["items"]
        assert (found["id"], found["version"]) == (made["id"], 1)
    assert (
        len((await client.get("/v1/customers", params={"q": "hebi", "limit": 1000})).json()["items"])
        == AT_A_TIME
    )
