"""The table of the inbox."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Index, Text, Uuid, false, text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.base import Base
from shared.auth import Visibility
from shared.masking import PERSONAL


class StrangerState(StrEnum):
    """Whether somebody has to look at a stranger."""

    OPEN = "open"
    DISMISSED = "dismissed"
    ATTACHED = "attached"


class AttachedBy(StrEnum):
    """What said who a stranger is.

    A person, a merge of all who share the number, the identity itself, or the number: of the customer who
    alone had it already, when nobody could be asked.
    """

    HAND = "hand"
    MERGE = "merge"
    IDENTITY = "identity"
    NUMBER = "number"


class Stranger(Base):
    """Somebody under whose provisional id something came; `newest_id` is the last fact that did.

    `sharers` are the records of customers who had the number or the address when it came; null: nobody has
    looked yet. `version` is that of the identity.
    """

    __tablename__ = "strangers"
    __table_args__ = (
        Index(None, "state", "newest_id"),
        Index(None, "sharers", postgresql_using="gin"),
        Index("ix_strangers_unasked", "id", postgresql_where=text("sharers is null and state = 'open'")),
        {"info": {"guarded": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    newest_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text, info=PERSONAL)
    attached_by: Mapped[str | None] = mapped_column(Text)
    sharers: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show strangers to those who see all: nobody owns them."""
        return false()
