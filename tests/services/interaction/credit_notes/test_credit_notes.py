"""Credit notes: of an order, for a return, with lines that add up."""

from typing import Any

import httpx
import pytest

from services.interaction.credit_notes.schemas import CreditNoteRead
from tests.services.interaction.conftest import name
from tests.services.interaction.test_orders import AT, key, order, post


def note(amount: str = "5", **more: Any) -> dict[str, Any]:
    return {"source": key(name("CN")), "issued_at": AT, "amount": amount, "currency": "CNY", **more}


async def returned(client: httpx.AsyncClient) -> tuple[str, dict[str, Any]]:
    source = name("SO")
    await post(client, "/v1/orders", order(source))
    back = {"order": key(source), "returned_at": AT, "currency": "CNY", "lines": [{"amount": "5"}]}
    return source, await post(client, "/v1/returns", {**back, "source": key(name("R"))})


async def test_a_note_for_a_return_belongs_to_its_order_and_customer(client: httpx.AsyncClient) -> None:
    source, back = await returned(client)
    sent = note(for_return=back["source"])
    made = await post(client, "/v1/credit-notes", sent)
    assert CreditNoteRead.model_validate(made).model_dump().keys() == made.keys()
    assert (made["return_id"], made["order_id"]) == (back["id"], back["order_id"])
    assert made["customer_id"] == back["customer_id"]
    assert await post(client, "/v1/credit-notes", sent, 200) == made
    by_id = await post(client, "/v1/credit-notes", note(for_return=back["id"], order=key(source)))
    assert by_id["return_id"] == back["id"]
    listed = (await client.get("/v1/credit-notes", params={"return_id": back["id"]})).json()["items"]
    assert [each["id"] for each in listed] == [by_id["id"], made["id"]]
    (kept,) = [each for each in listed if each["id"] == made["id"]]
    assert (kept["status"], kept["amount"]) == ("issued", {"amount": "5.00", "currency": "CNY"})


async def test_lines_add_up_to_the_amount(client: httpx.AsyncClient) -> None:
    source, _ = await returned(client)
    lines = [{"order_line": 1, "amount": "2"}, {"order_line": 2, "amount": "3"}]
    made = await post(client, "/v1/credit-notes", note(order=key(source), lines=lines))
    assert [(each["order_line"], each["amount"]) for each in made["lines"]] == [(1, "2.00"), (2, "3.00")]
    refused = await post(client, "/v1/credit-notes", note("6", order=key(source), lines=lines), 422)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("sum_differs", "/amount")
    path, patch = f"/v1/credit-notes/{made['id']}", {"amount": "4"}
    answer = await client.patch(path, json=patch, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "sum_differs")


@pytest.mark.parametrize("which", ["unknown", "of another order", "of another customer"])
async def test_a_note_is_for_a_return_of_its_own(client: httpx.AsyncClient, which: str) -> None:
    _, back = await returned(client)
    other, _ = await returned(client)
    given = {
        "unknown": {"for_return": key(name("R"))},
        "of another order": {"for_return": back["id"], "order": key(other)},
        "of another customer": {"for_return": back["id"], "customer": key(name())},
    }[which]
    refused = await post(client, "/v1/credit-notes", note(**given), 422)
    assert refused["code"] in {"unknown_return", "order_of_another_customer"}
    nobody = await post(client, "/v1/credit-notes", note(), 422)
    assert [error["pointer"] for error in nobody["errors"]] == ["/customer"]
