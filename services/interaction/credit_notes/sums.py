"""The lines of a credit note add up to it. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.interaction.orders import amounts
from shared.errors import FieldError, Invalid


class SumDiffers(Invalid):
    """The amounts of the lines do not add up to that of the whole."""

    code, title = "sum_differs", "The lines do not add up to the amount"


def check(content: Mapping[str, Any]) -> None:
    """Raise SumDiffers unless the lines, if there are any, add up to the amount."""
    lines = content["lines"]
    if lines and sum(Decimal(line["amount"]) for line in lines) != Decimal(content["amount"]):
        detail = f"The lines add up to {amounts.total(line['amount'] for line in lines)}."
        error: FieldError = {"pointer": "/amount", "code": SumDiffers.code, "detail": detail}
        raise SumDiffers(detail, errors=[error])
