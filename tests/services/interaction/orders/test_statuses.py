"""Which changes of an order's status are possible, and what each is."""

import pytest

from services.interaction.orders.statuses import OrderStatus, StatusNotPossible, Step, step


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("draft", "confirmed", Step.ADVANCED),
        ("confirmed", "completed", Step.ADVANCED),
        ("delivered", "shipped", Step.SET_BACK),
        ("confirmed", "draft", Step.SET_BACK),
        ("completed", "cancelled", Step.CANCELLED),
        ("cancelled", "confirmed", Step.REOPENED),
        ("cancelled", "delivered", Step.REOPENED),
        ("cancelled", "draft", Step.REOPENED),
        ("shipped", "shipped", None),
    ],
)
def test_a_change_is_a_step(before: str, after: str, expected: Step | None) -> None:
    assert step(before, after) is expected


@pytest.mark.parametrize("before", ["shipped", "delivered", "completed"])
def test_what_has_left_the_house_is_no_draft_again(before: str) -> None:
    with pytest.raises(StatusNotPossible):
        step(before, "draft")


def test_every_pair_is_possible_but_those() -> None:
    refused = set()
    for before in OrderStatus:
        for after in OrderStatus:
            try:
                step(before, after)
            except StatusNotPossible:
                refused.add((before.value, after.value))
    assert refused == {(before, "draft") for before in ("shipped", "delivered", "completed")}
