"""What callers send and get about campaigns."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from services.interaction.identities.schemas import Reference
from services.interaction.records.schemas import FactRead, RecordCreate, RecordRead
from shared.schemas import (
    AmountRead,
    Code,
    Currency,
    Day,
    Instant,
    JsonObject,
    Read,
    SourceKey,
    Text,
    example,
)

CAMPAIGN: dict[str, Any] = {
    "code": "spring-2026",
    "name": "First flush",
    "first_day": "2026-03-01",
    "last_day": "2026-03-31",
}
MEMBER: dict[str, Any] = {
    "campaign": "spring-2026",
    "customer": {"system": "erp", "id": "C0001"},
    "source": {"system": "erp", "id": "spring-2026/C0001"},
    "at": "2026-03-01T08:00:00Z",
    "status": "targeted",
}


class CampaignForm(StrEnum):
    """Whether something goes out to customers, or they come to it."""

    CAMPAIGN = "campaign"
    EVENT = "event"


class MemberStatus(StrEnum):
    """How far it got with a member of an audience."""

    TARGETED = "targeted"
    INVITED = "invited"
    DECLINED = "declined"
    RESPONDED = "responded"
    ATTENDED = "attended"


class CampaignCreate(RecordCreate):
    """A campaign or an event; `filter` may keep the condition by which its audience was chosen."""

    model_config = example(**CAMPAIGN)

    source: None = Field(default=None, description="A campaign is known by its code.")
    code: Code
    name: Text
    form: CampaignForm = CampaignForm.CAMPAIGN
    first_day: Day
    last_day: Day | None = None
    filter: JsonObject | None = None
    note: Text | None = None


class CampaignRead(RecordRead):
    """A campaign or an event; `source` is made of its code."""

    source: SourceKey
    code: str
    name: str
    form: CampaignForm
    first_day: date
    last_day: date | None
    filter: dict[str, Any] | None
    note: str | None


class CampaignMemberCreate(RecordCreate):
    """A customer whom a campaign is meant for; the campaign may come later."""

    model_config = example(**MEMBER)

    customer: Reference
    campaign: Code
    at: Instant
    status: MemberStatus = MemberStatus.TARGETED
    note: Text | None = None


class CampaignMemberRead(FactRead):
    """A customer in the audience of a campaign."""

    campaign: str
    at: Instant
    status: MemberStatus
    note: str | None


class AttributionRule(StrEnum):
    """Which of the campaigns that touched a customer before an order may claim it."""

    LAST_TOUCH = "last_touch"
    FIRST_TOUCH = "first_touch"
    LINEAR = "linear"


class AttributedOrder(Read):
    """An order that a campaign claims, and why: its touches before it among those of all campaigns.

    `amount` and `margin` are the claimed parts; margin is null unless the cost of every line is known.
    """

    order_id: UUID
    customer_id: UUID
    placed_at: Instant
    touches: int
    of_touches: int
    touched_first: Instant
    touched_last: Instant
    share: float
    currency: Currency
    amount: AmountRead
    margin: AmountRead | None


class AttributedOrders(Read):
    """Orders by id."""

    items: list[AttributedOrder]
    next: str | None


class CampaignMoney(Read):
    """What a campaign claims and cost in one currency; margin is of the orders whose cost is known."""

    currency: Currency
    orders: int
    revenue: AmountRead
    margin: AmountRead
    orders_without_margin: int
    cost: AmountRead


class CampaignFigures(Read):
    """What came of a campaign: distinct customers, and money by currency."""

    code: str
    rule: AttributionRule
    days: int
    audience: int
    touched: int
    responded: int
    buyers: int
    money: list[CampaignMoney]
