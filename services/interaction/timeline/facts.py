"""The kinds of what passes between a customer and the firm."""

from enum import StrEnum


class FactKind(StrEnum):
    """What kind of thing passed between a customer and the firm."""

    INTERACTION = "interaction"
    CALL = "call"
    ORDER = "order"
    PAYMENT = "payment"
    RETURN = "return"
    DELIVERY = "delivery"
    CREDIT_NOTE = "credit_note"
    PROMISE = "promise"
    OBJECTION = "objection"
