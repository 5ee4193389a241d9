"""How far each client's rate is spent."""

from uuid import UUID

from sqlalchemy import Double, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from gateway.base import Base


class Spending(Base):
    """A token bucket in one number: all requests up to the moment `spent_to` (seconds since 1970) are spent.

    At `now` it holds `rate * min(window, now - spent_to)` tokens.
    """

    __tablename__ = "spending"

    client_id: Mapped[UUID] = mapped_column(
        ForeignKey("gateway.clients.id", name="fk_spending_client_id_clients", ondelete="cascade"),
        primary_key=True,
    )
    spent_to: Mapped[float] = mapped_column(Double)
