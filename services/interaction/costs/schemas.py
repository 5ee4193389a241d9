"""What callers send and get about costs."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from services.interaction.identities.schemas import Reference
from services.interaction.records.schemas import FactRead, RecordCreate, RecordRead
from shared.schemas import (
    Amount,
    AmountRead,
    Body,
    Code,
    Currency,
    Day,
    Instant,
    MoneyRead,
    Read,
    Text,
    example,
)

MAX_WEIGHTS = 10_000
_SHOWN: dict[str, Any] = {
    "kind": "acquire",
    "amount": "1200.00",
    "currency": "CNY",
    "first_day": "2026-03-01",
    "last_day": "2026-03-31",
}
COST = {"customer": {"system": "erp", "id": "C0001"}, "source": {"system": "erp", "id": "CO-1"}, **_SHOWN}
SHARED = {"source": {"system": "erp", "id": "CO-2"}, "among": "all", "basis": "equal", **_SHOWN}


class CostKind(StrEnum):
    """What a cost was paid for: to attract, acquire, develop, keep or serve customers."""

    ATTRACT = "attract"
    ACQUIRE = "acquire"
    DEVELOP = "develop"
    KEEP = "keep"
    SERVE = "serve"


class Among(StrEnum):
    """Which customers share a cost: all, those of a department, or those who ordered in a region."""

    ALL = "all"
    DEPARTMENT = "department"
    REGION = "region"


class Basis(StrEnum):
    """What a customer's share of a cost is in proportion to."""

    EQUAL = "equal"
    REVENUE = "revenue"
    INTERACTIONS = "interactions"
    WEIGHT = "weight"


class Weight(Body):
    """How much of a cost a customer bears beside the others, as a positive number."""

    customer: Reference
    weight: Annotated[Amount, Field(gt=0)]


class CostCreate(RecordCreate):
    """Money paid for one customer; without a last day for the first one only."""

    model_config = example(**COST)

    customer: Reference
    kind: CostKind
    amount: Amount
    currency: Currency
    first_day: Day
    last_day: Day | None = None
    campaign: Code | None = None
    note: Text | None = None


class SharedCostCreate(RecordCreate):
    """Money paid for many customers; `name` is the department or the region, `weights` are of that basis."""

    model_config = example(**SHARED)

    kind: CostKind
    amount: Amount
    currency: Currency
    first_day: Day
    last_day: Day | None = None
    among: Among
    name: Text | None = None
    basis: Basis
    weights: Annotated[list[Weight], Field(max_length=MAX_WEIGHTS)] = Field(default_factory=list)
    campaign: Code | None = None
    note: Text | None = None


class CostRead(FactRead):
    """Money paid for one customer."""

    kind: CostKind
    amount: MoneyRead
    first_day: date
    last_day: date
    campaign: str | None
    note: str | None


class WeightRead(Read):
    """How much of a cost a customer bears beside the others."""

    customer_id: UUID
    weight: AmountRead


class SharedCostRead(RecordRead):
    """Money paid for many customers."""

    kind: CostKind
    amount: MoneyRead
    first_day: date
    last_day: date
    among: Among
    name: str | None
    basis: Basis
    weights: list[WeightRead]
    campaign: str | None
    note: str | None


class SharedBy(StrEnum):
    """How a customer came to its share: it is the customer's own cost, or shared on a basis."""

    DIRECT = "direct"
    EQUAL = "equal"
    REVENUE = "revenue"
    INTERACTIONS = "interactions"
    WEIGHT = "weight"


class CostShare(Read):
    """A customer's part of a cost: `weight` out of the weights of all, `of_weights`."""

    cost_id: UUID
    kind: CostKind
    basis: SharedBy
    weight: float
    of_weights: float
    amount: AmountRead


class CostsInCurrency(Read):
    """A customer's costs in one currency, and the shares that they add up from."""

    currency: Currency
    amount: AmountRead
    shares: list[CostShare]


class CustomerCosts(Read):
    """What a customer cost in a window, under its current id."""

    customer_id: UUID
    costs: list[CostsInCurrency]


class CostAllocation(Read):
    """Customers' costs, by customer.

    Shared costs are shared in the background: those in the window were by `weighed_at`, the oldest of them,
    null if one never was; `waiting` of them wait to be shared anew, since something changed.
    """

    items: list[CustomerCosts]
    next: str | None
    weighed_at: Instant | None
    waiting: int


class AllocatedCost(Read):
    """A shared cost in a window: its amount there, and how much of it was shared by how many.

    `allocated` is the whole amount, to the cent, or nothing: when nobody is there to bear it.
    `orders_without_rate` could not be weighed, since nobody has said what their currency is worth.
    `weighed_at` is when it was shared, null if it never was; `waiting`: something has changed since.
    """

    cost_id: UUID
    kind: CostKind
    among: Among
    name: str | None
    basis: Basis
    currency: Currency
    amount: AmountRead
    allocated: AmountRead
    customers: int
    orders_without_rate: int
    weighed_at: Instant | None
    waiting: bool


class AllocatedCosts(Read):
    """Shared costs by id."""

    items: list[AllocatedCost]
    next: str | None


class Bearing(Read):
    """A customer's share of a cost, in `units` of the smallest unit that its amount is written in.

    `customer_id` is the id that it had when the cost was weighed, `current_customer_id` what that means now.
    """

    customer_id: UUID
    current_customer_id: UUID
    weight: float
    units: str


class Bearings(Read):
    """Shares of a cost by customer: `scale` is how many decimals a unit has, `weighing` counts weighings.

    Between two pages the cost may be weighed anew: then they tell another `weighing`.
    """

    items: list[Bearing]
    next: str | None
    scale: int
    currency: Currency
    of_weights: str
    weighing: int
    weighed_at: Instant | None
