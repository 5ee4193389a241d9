"""The statuses of orders, and which changes between them are possible. Pure."""

from enum import StrEnum

from shared.errors import Conflict, FieldError


class OrderStatus(StrEnum):
    """How far an order has come."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What a change of status is."""

    ADVANCED = "advanced"
    SET_BACK = "set_back"
    CANCELLED = "cancelled"
    REOPENED = "reopened"


class StatusNotPossible(Conflict):
    """An order cannot come from its status to the one that is asked for."""

    code, title = "status_not_possible", "An order cannot change its status in this way"


COURSE = (
    OrderStatus.DRAFT,
    OrderStatus.CONFIRMED,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETED,
)
OPEN = frozenset((OrderStatus.DRAFT, OrderStatus.CONFIRMED))  # nothing has left the house
NOT_OWED = frozenset((OrderStatus.DRAFT, OrderStatus.CANCELLED))  # nobody has to pay for it


def step(before: str, after: str) -> Step | None:
    """Return what a change of status is, None for no change; StatusNotPossible if it cannot be.

    Any status follows any other, since systems report where an order is and not each of its steps, with one
    exception: what has left the house is no draft any more.
    """
    old, new = OrderStatus(before), OrderStatus(after)
    if old is new:
        return None
    if new is OrderStatus.CANCELLED:
        return Step.CANCELLED
    if old is OrderStatus.CANCELLED:
        return Step.REOPENED
    if new is OrderStatus.DRAFT and old not in OPEN:
        detail = f"An order that is {old} cannot be a draft again."
        error: FieldError = {"pointer": "/status", "code": StatusNotPossible.code, "detail": detail}
        raise StatusNotPossible(detail, errors=[error])
    return Step.ADVANCED if COURSE.index(new) > COURSE.index(old) else Step.SET_BACK
