"""Asking the customer service: once, briefly, and not again at once when it failed."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from services.interaction.identities.asking import PATIENCE_S, QUIET_S, Customers, Holder, Point
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


class Book:
    """Stands for the customer service's book of numbers; refuses questions with one that it cannot read."""

    def __init__(self) -> None:
        self.asked = list[int]()

    async def post(self, _: str, body: Mapping[str, Any]) -> Any:
        values = [item["value"] for item in body["items"]]
        self.asked.append(len(values))
        if "no number" in values:
            raise Invalid
        held = {"holders": [{"customer_id": str(UUID(int=1)), "match": "by_country"}], "more": False}
        return {"results": [held if each == "known" else {"holders": [], "more": False} for each in values]}


async def test_all_numbers_are_asked_for_in_one_question() -> None:
    book = Book()
    points = [Point("phone", "known"), *(Point("phone", str(n % 500)) for n in range(999))]
    found = await Customers(book).holders(points)  # type: ignore[arg-type]
    assert book.asked == [501]
    assert found is not None
    assert {point.value for point, holders in found.items() if holders} == {"known"}
    await Customers(book).holders([Point("email", str(n)) for n in range(1_500)])  # type: ignore[arg-type]
    assert book.asked == [501, 1_000, 500]


async def test_a_number_that_is_none_silences_nobody_and_hides_no_other() -> None:
    book = Book()
    customers = Customers(book)  # type: ignore[arg-type]
    none, known, long = Point("phone", "no number"), Point("phone", "known"), Point("email", "x" * 201)
    assert await customers.holders([none, long]) == {none: []}
    found = await customers.holders([known, none, Point("email", "")])
    assert found == {known: [Holder(UUID(int=1), sure=True)], none: []}
    assert not customers.quiet


async def test_several_questions_end_at_one_that_is_not_answered() -> None:
    client = Client(uuid4())
    client.fails = True
    customers = Customers(client)  # type: ignore[arg-type]
    assert await customers.holders([Point("phone", str(n)) for n in range(3_000)]) is None
    assert len(client.asked) == 1
    assert customers.quiet
