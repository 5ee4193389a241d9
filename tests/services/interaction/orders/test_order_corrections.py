"""Corrections by the ordering system: lines come, go and change, orders are cancelled and opened again."""

from typing import Any

import httpx
import pytest

from services.interaction.orders.corrections import compare
from services.interaction.orders.schemas import OrderCorrections
from tests.services.interaction.conftest import name
from tests.services.interaction.test_orders import key, order, post


def line(number: int, amount: str = "1.00") -> dict[str, Any]:
    return {"line": number, "amount": amount}


def test_lines_are_compared_by_their_numbers() -> None:
    before, after = [line(10), line(20), line(30)], [line(10), line(30, "2.00"), line(40)]
    assert [(each["line"], each["change"]) for each in compare(before, after)] == [
        (20, "removed"),
        (30, "changed"),
        (40, "added"),
    ]
    assert compare(before, before) == []


async def corrected(client: httpx.AsyncClient, source: str, **change: Any) -> dict[str, Any]:
    row = {"source": key(source), **change}
    (result,) = (await post(client, "/v1/orders/batch", {"items": [row]}, 200))["results"]
    assert result["problem"] is None, result
    return dict(result)


async def test_a_correction_shows_what_became_of_each_line(client: httpx.AsyncClient) -> None:
    source = name("SO")
    lines = [line(10, "10.00"), line(20, "20.00"), line(30, "30.00")]
    made = await post(client, "/v1/orders", order(source, lines=lines))
    assert [each["line"] for each in made["lines"]] == [10, 20, 30]
    await corrected(client, source, lines=[line(10, "10.00"), line(30, "33.00"), line(40, "1.00")])
    found = (await client.get(f"/v1/orders/erp:{source}/corrections")).json()
    OrderCorrections.model_validate(found)
    (told,) = found["items"]
    assert (told["version"], told["step"], told["who"]) == (2, None, "u-test")
    assert told["total"] == {"from": "60.00", "to": "44.00"}
    assert [(each["line"], each["change"]) for each in told["lines"]] == [
        (20, "removed"),
        (30, "changed"),
        (40, "added"),
    ]
    assert (told["lines"][1]["from"]["amount"], told["lines"][1]["to"]["amount"]) == ("30.00", "33.00")
    shown = (await client.get(f"/v1/orders/{made['id']}")).json()
    assert (shown["version"], shown["total"]["amount"]) == (2, "44.00")


async def test_an_order_is_cancelled_and_opened_again(client: httpx.AsyncClient) -> None:
    source, customer = name("SO"), name()
    made = await post(client, "/v1/orders", order(source, customer))
    timeline = f"/v1/customers/{made['customer_id']}/timeline"
    for status, more in (("cancelled", ", cancelled"), ("shipped", "")):
        await corrected(client, source, status=status)
        (item,) = (await client.get(timeline)).json()["items"]
        assert (item["summary"], item["data"]["status"]) == (f"{source}: 30.03 CNY{more}", status)
    steps = (await client.get(f"/v1/orders/{made['id']}/corrections")).json()["items"]
    assert [(each["step"], each["status"]["to"]) for each in steps] == [
        ("reopened", "shipped"),
        ("cancelled", "cancelled"),
    ]
    page = (await client.get(f"/v1/orders/{made['id']}/corrections", params={"limit": 1})).json()
    assert ([each["version"] for each in page["items"]], page["next"] is not None) == ([3], True)
    past = (await client.get(f"/v1/orders/{made['id']}/history", params={"field": "status"})).json()["items"]
    assert [each["changes"]["status"]["to"] for each in past] == ["shipped", "cancelled"]


async def test_what_has_shipped_cannot_be_a_draft(client: httpx.AsyncClient) -> None:
    source = name("SO")
    made = await post(client, "/v1/orders", order(source, status="shipped"))
    batch = {"items": [{"source": key(source), "status": "draft"}]}
    (result,) = (await post(client, "/v1/orders/batch", batch, 200))["results"]
    assert (result["outcome"], result["problem"]["code"]) == ("rejected", "status_not_possible")
    answer = await client.patch(
        f"/v1/orders/{made['id']}", json={"status": "draft"}, headers={"If-Match": '"1"'}
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (409, "/status")


@pytest.mark.parametrize(
    ("numbers", "kept"),
    [((None, None), [1, 2]), ((10, None), [10, 11]), ((None, 7), [1, 7])],
)
async def test_lines_without_numbers_follow_those_before(
    client: httpx.AsyncClient, numbers: tuple[int | None, ...], kept: list[int]
) -> None:
    lines = [{"amount": "1", **({} if number is None else {"line": number})} for number in numbers]
    made = await post(client, "/v1/orders", order(name("SO"), lines=lines))
    assert [each["line"] for each in made["lines"]] == kept


async def test_two_lines_have_two_numbers(client: httpx.AsyncClient) -> None:
    refused = await post(client, "/v1/orders", order(name("SO"), lines=[line(2), line(2)]), 422)
    assert [error["pointer"] for error in refused["errors"]] == ["/lines"]


async def test_a_correction_may_come_before_what_it_corrects(client: httpx.AsyncClient) -> None:
    source = name("SO")
    first = order(source, status="draft", source_updated_at="2026-03-01T08:00:00Z")
    newer = {**first, "status": "shipped", "lines": [line(20)], "source_updated_at": "2026-03-02T08:00:00Z"}
    sent = await post(client, "/v1/orders/batch", {"items": [newer, first, newer]}, 200)
    assert [each["outcome"] for each in sent["results"]] == ["created", "unchanged", "unchanged"]
    again = await client.post("/v1/orders", json=first)
    assert (again.status_code, again.json()["status"], again.json()["version"]) == (200, "shipped", 1)
    part = {"source": key(source), "status": "completed", "source_updated_at": "2026-03-03T08:00:00Z"}
    (refused,) = (await post(client, "/v1/orders/batch", {"items": [part]}, 200))["results"]
    assert refused["problem"]["code"] == "incomplete"
    same_time = {**newer, "region": "East"}
    (last,) = (await post(client, "/v1/orders/batch", {"items": [same_time]}, 200))["results"]
    assert last["outcome"] == "updated"
