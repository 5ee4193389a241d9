"""Facts as timelines show them: of every kind one form, with the record as its own resource shows it."""

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
from services.interaction.timeline.facts import FactKind
from shared.schemas import Instant, Read


class FactItem(Read):
    """One fact; `data` is the whole record as its own resource shows it, with whose it is."""

    id: UUID
    occurred_at: Instant
    summary: str
    channel: str | None = Field(description="Of contacts only.")
    direction: Direction | None = Field(description="Of contacts only.")


class InteractionItem(FactItem):
    """A contact on a timeline."""

    kind: Literal[FactKind.INTERACTION]
    channel: str
    direction: Direction
    data: InteractionRead


class CallItem(FactItem):
    """A call on a timeline."""

    kind: Literal[FactKind.CALL]
    channel: str
    direction: Direction
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
