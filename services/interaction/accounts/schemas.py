"""What callers get about accounts."""

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.schemas import AmountRead, Currency, Read

OPEN = "ordered - returned - credited - paid; below zero: owed to the customer."


class Balance(Read):
    """A balance in one currency, in exact decimals."""

    currency: Currency
    ordered: AmountRead
    returned: AmountRead
    credited: AmountRead
    paid: AmountRead
    open: AmountRead = Field(description=OPEN)


class MissingRate(Read):
    """A day on which nobody has said what a currency is worth."""

    currency: Currency
    day: date


class ConvertedBalance(Balance):
    """The balance of all currencies in one, each amount at the rate of its day, rounded to cents.

    What has no rate is left out, and named in `missing_rates`.
    """

    missing_rates: list[MissingRate]


class OrderBalance(Read):
    """What is owed for an order."""

    order_id: UUID
    balances: list[Balance]
    converted: ConvertedBalance | None


class CustomerAccount(Read):
    """What a customer owes for all orders."""

    customer_id: UUID
    balances: list[Balance]
    converted: ConvertedBalance | None
