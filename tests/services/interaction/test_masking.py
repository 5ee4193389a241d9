"""Personal data in what passed: null and named for who may not read it, and not for him to write."""

from typing import Any

import httpx

from shared.auth import Principal
from tests.services.interaction.conftest import contact, name
from tests.support.running import Running

SECRETS = ("Canary subject", "Canary body", "Canary note")
MASKED = ["subject", "body", "participants", "attachments", "attributes"]


def order(customer: Any, **more: Any) -> dict[str, Any]:
    return {
        "customer": customer,
        "placed_at": "2026-03-01T09:30:00Z",
        "currency": "CNY",
        "lines": [{"amount": "1.00", "quantity": "1"}],
        **more,
    }


async def test_personal_data_is_null_and_named_wherever_it_is_read(
    interaction: Running, client: httpx.AsyncClient
) -> None:
    whom = {"system": "erp", "id": name()}
    given = contact(
        whom, purpose="service", subject=SECRETS[0], body=SECRETS[1], attributes={"n": SECRETS[2]}
    )
    made = (await client.post("/v1/interactions", json=given)).json()
    bought = await client.post("/v1/orders", json=order(whom, attributes={"n": SECRETS[2]}))
    assert made["masked"] == []
    async with interaction.client(Principal("u-clerk", frozenset(("*",)), personal=False)) as clerk:
        one = await clerk.get(f"/v1/interactions/{made['id']}")
        listed = await clerk.get("/v1/interactions", params={"customer": f"erp:{whom['id']}"})
        timeline = await clerk.get(f"/v1/customers/erp:{whom['id']}/timeline")
        told = await clerk.get("/v1/changes/snapshot", params={"kind": "order", "ids": bought.json()["id"]})
    assert {**made, **dict.fromkeys(MASKED), "masked": MASKED} == one.json()
    assert listed.json()["items"] == [one.json()]
    items = {item["kind"]: item for item in timeline.json()["items"]}
    assert items["interaction"]["data"] == one.json()
    assert items["interaction"]["summary"] == "service"
    assert items["order"]["data"]["masked"] == ["attributes"] == told.json()["items"][0]["data"]["masked"]
    for answer in (one, listed, timeline, told):
        assert not any(secret in answer.text for secret in SECRETS)
    shown = (await client.get(f"/v1/customers/erp:{whom['id']}/timeline")).json()["items"]
    assert SECRETS[0] in {item["summary"] for item in shown}


async def test_masked_fields_cannot_be_written(interaction: Running, client: httpx.AsyncClient) -> None:
    whom, key = {"system": "erp", "id": name()}, {"system": "pbx", "id": name()}
    given = contact(whom, source=key, subject=SECRETS[0])
    kept = (await client.post("/v1/interactions", json=given)).json()
    async with interaction.client(Principal("u-clerk", frozenset(("*",)), personal=False)) as clerk:
        refused = await clerk.post("/v1/interactions", json=contact(whom, subject="x"))
        allowed = await clerk.post("/v1/interactions", json=contact(whom))
        rows = [{"id": kept["id"], "body": "x"}, {"source": key, "purpose": "sale"}]
        batch = (await clerk.post("/v1/interactions/batch", json={"items": rows})).json()
    assert (refused.status_code, refused.json()["code"]) == (403, "masked_field")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/subject"]
    assert (allowed.status_code, allowed.json()["masked"]) == (201, MASKED)
    assert [row["outcome"] for row in batch["results"]] == ["rejected", "updated"]
    assert batch["results"][0]["problem"]["errors"][0]["pointer"] == "/body"
    now = (await client.get(f"/v1/interactions/{kept['id']}")).json()
    assert (now["subject"], now["body"], now["purpose"]) == (SECRETS[0], None, "sale")
