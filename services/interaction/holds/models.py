"""The table of holds, and the condition that somebody is on hold."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Text, select, text
from sqlalchemy.orm import Mapped, aliased, mapped_column

from keeping.kept import Kept
from services.interaction.base import Base
from services.interaction.identities.models import Identity
from shared.auth import Visibility
from shared.masking import PERSONAL

_LIVE = text("deleted_at is null")


class RetentionHold(Kept, Base):
    """That nothing of a customer goes, whatever rules say, as long as the hold is there."""

    __tablename__ = "retention_holds"
    __table_args__ = (
        Index("uq_retention_holds_live", "customer_id", unique=True, postgresql_where=_LIVE),
        {"info": {"guarded": True}},
    )

    customer_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text, info=PERSONAL)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a hold to those who see its customer."""
        whose = aliased(Identity, name="whose")
        mine = whose.original_id == cls.customer_id
        return select(whose.original_id).where(mine, whose.visible_to(visibility)).exists()


def held(original_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Return whether the customer whom an id means now is on hold, under whichever of its ids."""
    this, other = aliased(Identity, name="this"), aliased(Identity, name="other")
    found = (
        select(RetentionHold.id)
        .join_from(this, other, other.current_id == this.current_id)
        .join(RetentionHold, RetentionHold.customer_id == other.original_id)
        .where(this.original_id == original_id, RetentionHold.deleted_at.is_(None))
    )
    return found.correlate_except(this, other, RetentionHold).exists()
