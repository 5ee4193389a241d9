"""What became of an order: quantities add up, whatever was delivered in which parts."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.interaction.deliveries.fulfilment import fulfilment

PRODUCTS = ["a", "b"]


def line(number: int, amount: str, product: str | None = None) -> dict[str, Any]:
    return {"line": number, "quantity": amount, "product_id": product}


def delivery(*lines: dict[str, Any], status: str = "delivered") -> dict[str, Any]:
    return {"status": status, "lines": [{"delivered": None, "product_id": None, **each} for each in lines]}


def order(*lines: dict[str, Any], status: str = "confirmed") -> dict[str, Any]:
    return {"status": status, "lines": list(lines)}


def states(found: dict[str, Any]) -> list[str]:
    return [str(each["state"]) for each in found["lines"]]


def test_an_order_is_delivered_in_parts() -> None:
    sold = order(line(1, "10"), line(2, "1.5"))
    first = delivery({"order_line": 1, "quantity": "4"})
    found = fulfilment(sold, [first], [])
    assert (found["state"], states(found)) == ("partly_delivered", ["partly_delivered", "open"])
    rest = delivery({"order_line": 1, "quantity": "6"}, {"order_line": 2, "quantity": "1.5"})
    found = fulfilment(sold, [first, rest], [])
    assert (found["state"], [each["open"] for each in found["lines"]]) == ("delivered", ["0", "0"])


def test_what_is_on_its_way_is_still_open() -> None:
    found = fulfilment(
        order(line(1, "2")), [delivery({"order_line": 1, "quantity": "2"}, status="shipped")], []
    )
    assert [(each["shipped"], each["delivered"], each["open"]) for each in found["lines"]] == [
        ("2", "0", "2")
    ]
    for status in ("planned", "cancelled"):
        found = fulfilment(
            order(line(1, "2")), [delivery({"order_line": 1, "quantity": "2"}, status=status)], []
        )
        assert found["lines"][0]["shipped"] == "0"


def test_a_short_delivery_leaves_the_rest_open() -> None:
    came = delivery({"order_line": 1, "quantity": "5", "delivered": "3"})
    found = fulfilment(order(line(1, "5")), [came], [])
    assert (found["lines"][0]["open"], found["lines"][0]["state"]) == ("2", "partly_delivered")


def test_what_came_back_is_not_open_again() -> None:
    sold, came = order(line(1, "2")), delivery({"order_line": 1, "quantity": "2"})
    found = fulfilment(sold, [came], [delivery({"order_line": 1, "quantity": "2"})])
    assert (found["state"], found["lines"][0]["open"], states(found)) == ("returned", "0", ["returned"])


def test_a_product_fills_its_lines_in_order() -> None:
    sold = order(line(1, "2", "a"), line(2, "1", "b"), line(3, "2", "a"))
    found = fulfilment(sold, [delivery({"product_id": "a", "quantity": "5"})], [])
    assert [each["delivered"] for each in found["lines"]] == ["2", "0", "3"]
    assert states(found) == ["delivered", "open", "over_delivered"]


def test_what_no_line_claims_is_named() -> None:
    found = fulfilment(order(line(1, "1", "a"), line(2, "1", "b")), [delivery({"quantity": "1"})], [])
    assert found["unassigned"] == [{"what": "delivered", "product_id": None, "quantity": "1"}]
    assert fulfilment(order(line(1, "1")), [delivery({"quantity": "1"})], [])["state"] == "delivered"


def test_drafts_and_cancelled_orders_say_so() -> None:
    for status in ("draft", "cancelled"):
        assert fulfilment(order(line(1, "1"), status=status), [], [])["state"] == status


_amounts = st.integers(1, 50).map(str)
_moved = st.builds(
    lambda number, product, amount: {"order_line": number, "product_id": product, "quantity": amount},
    st.one_of(st.none(), st.integers(1, 4)),
    st.one_of(st.none(), st.sampled_from(PRODUCTS)),
    _amounts,
)


@given(
    st.lists(st.tuples(_amounts, st.sampled_from(PRODUCTS)), min_size=1, max_size=3),
    st.lists(_moved, max_size=8),
    st.lists(_moved, max_size=4),
)
def test_nothing_is_lost(ordered: list[tuple[str, str]], came: list[Any], back: list[Any]) -> None:
    """What was delivered and returned is in the lines or named as unassigned, to the last piece."""
    sold = order(*(line(number, *each) for number, each in enumerate(ordered, 1)))
    found = fulfilment(sold, [delivery(each) for each in came], [delivery(each) for each in back])
    for what, moved in (("delivered", came), ("returned", back)):
        inside = sum(Decimal(each[what]) for each in found["lines"])
        outside = sum(Decimal(each["quantity"]) for each in found["unassigned"] if each["what"] == what)
        assert inside + outside == sum(Decimal(each["quantity"]) for each in moved)
    for each in found["lines"]:
        assert Decimal(each["open"]) == max(Decimal(each["ordered"]) - Decimal(each["delivered"]), 0)
