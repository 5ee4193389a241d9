"""What callers get as a timeline."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, RootModel

from services.interaction.calls.schemas import CallRead
from services.interaction.credit_notes.schemas import CreditNoteRead
from services.interaction.deliveries.schemas import DeliveryRead
from services.interaction.interactions.catalogue import Direction
from services.interaction.interactions.schemas import InteractionRead
from services.interaction.objections.schemas import ObjectionRead
from services.interaction.orders.schemas import OrderRead
from services.interaction.payments.schemas import PaymentRead
from services.interaction.promises.schemas import PromiseRead
from services.interaction.returns.schemas import ReturnRead
from shared.schemas import Instant, Read


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


class TimelineOrder(StrEnum):
    """At which end a timeline begins."""

    DESC = "desc"
    ASC = "asc"


class TimelinePart(StrEnum):
    """What a timeline may include besides."""

    PEOPLE = "people"


class FactItem(Read):
    """One fact; `data` is the whole record as its own resource shows it, with whose it is."""

    id: UUID
    occurred_at: Instant
    summary: str
    channel: None
    direction: None


class InteractionItem(FactItem):
    """A contact on a timeline."""

    kind: Literal[FactKind.INTERACTION]
    channel: str  # type: ignore[assignment]  # only contacts have one
    direction: Direction  # type: ignore[assignment]  # as above
    data: InteractionRead


class CallItem(FactItem):
    """A call on a timeline."""

    kind: Literal[FactKind.CALL]
    channel: str  # type: ignore[assignment]  # as above
    direction: Direction  # type: ignore[assignment]  # as above
    data: CallRead


class OrderItem(FactItem):
    """An order on a timeline."""

    kind: Literal[FactKind.ORDER]
    data: OrderRead


class PaymentItem(FactItem):
    """A payment on a timeline."""

    kind: Literal[FactKind.PAYMENT]
    data: PaymentRead


class ReturnItem(FactItem):
    """A return on a timeline."""

    kind: Literal[FactKind.RETURN]
    data: ReturnRead


class DeliveryItem(FactItem):
    """A delivery on a timeline."""

    kind: Literal[FactKind.DELIVERY]
    data: DeliveryRead


class CreditNoteItem(FactItem):
    """A credit note on a timeline."""

    kind: Literal[FactKind.CREDIT_NOTE]
    data: CreditNoteRead


class PromiseItem(FactItem):
    """A promise on a timeline."""

    kind: Literal[FactKind.PROMISE]
    data: PromiseRead


class ObjectionItem(FactItem):
    """An objection on a timeline."""

    kind: Literal[FactKind.OBJECTION]
    data: ObjectionRead


_Item = (
    InteractionItem
    | CallItem
    | OrderItem
    | PaymentItem
    | ReturnItem
    | DeliveryItem
    | CreditNoteItem
    | PromiseItem
    | ObjectionItem
)


class TimelineItem(RootModel[Annotated[_Item, Field(discriminator="kind")]]):
    """One fact, whose `kind` says what its `data` is."""


class TimelinePage(Read):
    """Facts in the order asked for; `next` leads on, `previous` to the page before, where there is one."""

    items: list[TimelineItem]
    next: str | None
    previous: str | None


class TimelineTotal(Read):
    """How many facts of a kind there were in a month, and of contacts through a channel how many each way."""

    month: str = Field(pattern=r"^\d{4,5}-\d\d$", examples=["2026-03"], description="In UTC.")
    kind: FactKind
    channel: str | None
    count: int
    inbound: int
    outbound: int


class TimelineTotals(Read):
    """Counts, the newest month first, then by kind and channel."""

    items: list[TimelineTotal]
