"""Asking the customer service: once, briefly, and not again at once when it failed."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from services.interaction.identities.asking import PATIENCE_S, QUIET_S, Customers
from shared.errors import Invalid, Unavailable

KEY = ("erp", "C1")


class Client:
    """Stands for the HTTP client: answers, waits or fails as the test says."""

    def __init__(self, customer: UUID) -> None:
        self.customer, self.asked, self.wait, self.fails = customer, list[str](), 0.0, False

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        self.asked.append(path)
        await asyncio.sleep(self.wait)
        if self.fails:
            raise Unavailable
        known = {"C1": str(self.customer)}
        return {"results": [{**item, "customer_id": known.get(item["id"])} for item in body["items"]]}

    async def get(self, path: str, params: Mapping[str, Any]) -> Any:
        self.asked.append(path)
        data = {"owner": "u-1", "department": "east"}
        there = [each for each in params["ids"] if each == str(self.customer)]
        return {"items": [{"subject": each, "data": data} for each in there]}


async def test_names_and_ids_are_told() -> None:
    customer = uuid4()
    client = Client(customer)
    told = await Customers(client).who([KEY, ("erp", "C2"), customer, uuid4()], closely=False)  # type: ignore[arg-type]
    assert told is not None
    assert told.keys() == {KEY, customer}
    assert (told[KEY].original_id, told[KEY].owner) == (customer, "u-1")


async def test_owners_of_named_customers_are_asked_for_closely_only() -> None:
    client = Client(uuid4())
    customers: Any = Customers(client)  # type: ignore[arg-type]
    assert (await customers.who([KEY], closely=False))[KEY].owner is None
    assert len(client.asked) == 1
    assert (await customers.who([KEY], closely=True))[KEY].owner == "u-1"


async def test_a_failure_is_followed_by_quiet_and_then_by_another_try() -> None:
    now, client = [0.0], Client(uuid4())
    customers = Customers(client, lambda: now[0])  # type: ignore[arg-type]
    client.fails = True
    assert await customers.who([KEY], closely=False) is None
    client.fails = False
    assert await customers.who([KEY], closely=False) is None
    assert len(client.asked) == 1
    now[0] = QUIET_S
    assert await customers.who([KEY], closely=False)


async def test_patience_is_short() -> None:
    client = Client(uuid4())
    client.wait = 10 * PATIENCE_S
    loop = asyncio.get_running_loop()
    before = loop.time()
    assert await Customers(client).who([KEY], closely=False) is None  # type: ignore[arg-type]
    assert loop.time() - before < 2 * PATIENCE_S


async def test_a_number_that_is_none_silences_nobody() -> None:
    client = Client(uuid4())

    async def refuse(path: str, _: Mapping[str, Any]) -> Any:
        client.asked.append(path)
        raise Invalid

    client.get = client.post = refuse  # type: ignore[method-assign]  # the service refuses what it cannot read
    customers = Customers(client)  # type: ignore[arg-type]
    assert await customers.reached([("no number", None)]) == {}
    assert await customers.holders("phone", "no number") == []
    assert len(client.asked) == 2
    assert not customers.quiet
