"""Interaction beside the real customer service: its questions are answered, and its feed is followed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.customer import worker as customer_worker
from services.interaction import worker as interaction_worker
from shared.auth import Principal, Visibility
from tests.conftest import Service
from tests.support.running import Running

AT = "2026-03-01T09:30:00Z"
PATIENCE_S = 60.0


def name() -> str:
    return f"C-{uuid4().hex[:12]}"


def contact(customer: Any) -> dict[str, Any]:
    return {"customer": customer, "channel": "phone", "occurred_at": AT}


@pytest.fixture(scope="module")
async def customer(service: Service) -> Running:
    return await service("customer")


@pytest.fixture(scope="module")
async def interaction(service: Service, customer: Running) -> Running:
    running = await service("interaction", peers={"customer": customer.url})
    running.app.state.customers.patience = 5.0  # the test's machine may be busy
    return running


@asynccontextmanager
async def working(customer: Running, interaction: Running) -> AsyncIterator[None]:
    """Let both workers run, as they do beside the services."""
    tasks = [
        asyncio.create_task(customer_worker.run(customer.settings)),
        asyncio.create_task(interaction_worker.run(interaction.settings)),
    ]
    yield
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def workers(customer: Running, interaction: Running) -> AsyncIterator[None]:
    """Both workers."""
    async with working(customer, interaction):
        yield


async def until(client: httpx.AsyncClient, path: str, **expected: Any) -> Any:
    """What a path shows once it shows what is expected."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = await client.get(path)
            body = answer.json()
            if all(
                answer.status_code == v if k == "status_code" else body.get(k) == v
                for k, v in expected.items()
            ):
                return body
            await asyncio.sleep(0.05)


async def test_a_new_customer_is_known_at_once(customer: Running, interaction: Running) -> None:
    """Nobody follows the feed here: interaction has to ask."""
    erp = name()
    made = await customer.client().post(
        "/v1/customers", json={"name": "Tea House", "identities": [{"system": "erp", "id": erp}]}
    )
    key = made.json()["id"]
    for reference in ({"system": "erp", "id": erp}, key):
        recorded = await interaction.client().post("/v1/interactions", json=contact(reference))
        assert (recorded.json()["customer_id"], recorded.json()["matched"]) == (key, True)
    stranger = await interaction.client().post(
        "/v1/interactions", json=contact({"system": "erp", "id": name()})
    )
    assert (stranger.status_code, stranger.json()["matched"]) == (201, False)
    nobody = await interaction.client().post("/v1/interactions", json=contact(str(uuid4())))
    assert nobody.json()["code"] == "unknown_customer"
    for reference in (key, f"erp:{erp}"):
        assert (await interaction.client().get(f"/v1/customers/{reference}/timeline")).status_code == 200


async def test_many_new_customers_are_known_at_once(customer: Running, interaction: Running) -> None:
    """By their ids, and by their numbers: nobody follows the feed, and no question is too long."""
    start = uuid4().int % 10**8
    numbers = [f"+86139{(start + n) % 10**8:08}" for n in range(220)]
    rows = [{"name": each, "contact_points": [{"type": "phone", "value": each}]} for each in numbers]
    made = (await customer.client().post("/v1/customers/batch", json={"items": rows})).json()["results"]
    by_id = [contact(each["id"]) for each in made[:110]]
    recorded = (await interaction.client().post("/v1/interactions/batch", json={"items": by_id})).json()
    assert recorded["counts"]["created"] == len(by_id), recorded["results"][0]
    assert all(each["matched"] for each in recorded["results"])
    said = {"type": "ringing", "occurred_at": AT, "to": "95555"}
    events = [{**said, "call": {"system": "pbx", "id": each}, "from": each} for each in numbers[110:]]
    rang = (await interaction.client().post("/v1/calls/events/batch", json={"items": events})).json()
    assert all(each["matched"] for each in rang["results"])


@pytest.mark.parametrize("way", ["phone", "email"])
async def test_a_message_is_of_the_customer_who_alone_has_the_number_or_address(
    customer: Running, interaction: Running, way: str
) -> None:
    """What a real search takes, and how it compares; of several, or of nobody, it is a stranger's."""
    client, code = interaction.client(), f"s-{uuid4().hex[:8]}"
    source = {
        "code": code,
        "name": "S",
        "channel": "sms",
        "system": way,
        "mapping": {"from": "a", "text": "t"},
    }
    assert (await client.post("/v1/webhook-sources", json=source)).status_code == 201
    number, address = f"139{uuid4().int % 10**8:08}", f"Z.{uuid4().hex[:8]}@Example.com"
    stored, sent = {"phone": (number, f"+86 {number}"), "email": (address, address.lower())}[way]
    found = []
    for people in range(3):
        said = {"a": sent, "t": f"{people} have it"}
        answer = await client.post(f"/v1/webhook-sources/{code}/messages", json=said)
        (result,) = answer.json()["results"]
        shown = (await client.get(f"/v1/interactions/{result['id']}")).json()
        found.append((result["matched"], shown["current_customer_id"]))
        body = {"name": f"No. {people}", "contact_points": [{"type": way, "value": stored}]}
        made = (await customer.client().post("/v1/customers", json=body)).json()["id"]
        if people == 0:
            first = made
    assert [matched for matched, _ in found] == [False, True, False]
    assert found[1][1] == first


async def test_somebody_may_write_about_the_customer_just_made(
    customer: Running, interaction: Running
) -> None:
    mine = Principal("u-1", frozenset(("*",)), Visibility.OWN, "east")
    other = Principal("u-2", frozenset(("*",)), Visibility.OWN, "east")
    erp = name()
    body = {"name": "Mine", "owner": "u-1", "identities": [{"system": "erp", "id": erp}]}
    made = await customer.client(mine).post("/v1/customers", json=body)
    assert made.status_code == 201, made.text
    for reference in ({"system": "erp", "id": erp}, made.json()["id"]):
        assert (
            await interaction.client(mine).post("/v1/interactions", json=contact(reference))
        ).status_code == 201
        refused = await interaction.client(other).post("/v1/interactions", json=contact(reference))
        assert refused.json()["code"] == "unknown_customer"


@pytest.mark.usefixtures("workers")
async def test_a_strangers_history_finds_its_customer(customer: Running, interaction: Running) -> None:
    erp = name()
    client = interaction.client()
    sent = contact({"system": "erp", "id": erp})
    early = (await client.post("/v1/interactions", json=sent)).json()
    assert early["matched"] is False
    body = {"name": "Found", "owner": "u-1", "identities": [{"system": "erp", "id": erp}]}
    key = (await customer.client().post("/v1/customers", json=body)).json()["id"]
    shown = await until(client, f"/v1/interactions/{early['id']}", matched=True)
    assert (shown["customer_id"], shown["current_customer_id"]) == (early["customer_id"], key)
    timeline = (await client.get(f"/v1/customers/{key}/timeline")).json()
    assert [item["id"] for item in timeline["items"]] == [early["id"]]
    owner = interaction.client(Principal("u-1", frozenset(("*",)), Visibility.OWN))
    assert (await owner.get(f"/v1/interactions/{early['id']}")).status_code == 200


@pytest.mark.usefixtures("workers")
async def test_customers_and_orders_sent_together_are_joined(customer: Running, interaction: Running) -> None:
    names = [name() for _ in range(200)]
    people = [{"name": each, "identities": [{"system": "erp", "id": each}]} for each in names]
    orders = [
        {
            "customer": {"system": "erp", "id": each},
            "source": {"system": "erp", "id": f"SO-{each}"},
            "placed_at": AT,
            "currency": "USD",
            "lines": [{"amount": "10"}],
        }
        for each in names
    ]
    told, sold = await asyncio.gather(
        customer.client().post("/v1/customers/batch", json={"items": people}),
        interaction.client().post("/v1/orders/batch", json={"items": orders}),
    )
    assert (told.json()["counts"]["created"], sold.json()["counts"]["created"]) == (200, 200)
    pairs = zip(told.json()["results"], sold.json()["results"], strict=True)
    expected = {order["id"]: person["id"] for person, order in pairs}
    async with asyncio.timeout(PATIENCE_S):
        while True:
            page = await interaction.client().get("/v1/orders", params={"limit": 200})
            if expected == {each["id"]: each["current_customer_id"] for each in page.json()["items"]}:
                break
            await asyncio.sleep(0.05)


@pytest.mark.usefixtures("workers")
async def test_a_deleted_customer_has_no_timeline(customer: Running, interaction: Running) -> None:
    made = await customer.client().post("/v1/customers", json={"name": "Gone"})
    path = f"/v1/customers/{made.json()['id']}"
    await until(interaction.client(), f"{path}/timeline", status_code=200)
    assert (await customer.client().delete(path, headers={"if-match": '"1"'})).status_code == 204
    await until(interaction.client(), f"{path}/timeline", status_code=404)


async def test_who_had_a_number_is_found_of_customers_who_are_merged_by_now(
    customer: Running, interaction: Running
) -> None:
    """Nobody looks before the merge; the document of the whole does not say whose each number was."""
    number, client = f"+86139{uuid4().int % 10**8:08}", customer.client()
    point = {"contact_points": [{"type": "phone", "value": number}]}
    bodies = [{"name": "One", **point}, {"name": "Other", **point}, {"name": "Third"}]
    one, other, third = [(await client.post("/v1/customers", json=each)).json()["id"] for each in bodies]
    came = await interaction.client().post(
        "/v1/interactions", json=contact({"system": "phone", "id": number})
    )
    stranger = f"/v1/inbox/{came.json()['customer_id']}"
    merge = await client.post("/v1/merges", json={"survivor": third, "duplicates": [one, other]})
    assert merge.status_code == 201, merge.text
    async with working(customer, interaction):
        attached = {"state": "attached", "attached_by": "merge", "customer_id": third}
        await until(interaction.client(), stranger, **attached)
        undone = await client.post(f"/v1/merges/{merge.json()['id']}/undo", json={})
        assert undone.status_code == 200, undone.text
        await until(interaction.client(), stranger, state="open", attached_by=None)
        again = {"survivor": one, "duplicates": [other]}
        assert (await client.post("/v1/merges", json=again)).status_code == 201
        await until(interaction.client(), stranger, **{**attached, "customer_id": one})
