"""The table of source keys."""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.base import Base


class Retired(StrEnum):
    """What a rule of retention did with a record, so that its source does not bring it back."""

    DELETED = "deleted"
    STRIPPED = "stripped"


class Found(NamedTuple):
    """The record of a name; `retired` says what a rule of retention did with it, None: nothing."""

    record_id: UUID
    retired: str | None


class SourceKey(Base):
    """One record's name in one system; the only place where uniqueness of source keys lives.

    A key may be reserved before its record arrives (an order line may name a product that is not here yet):
    then the record gets the reserved id. The key of a record that was deleted stays, without a customer.
    """

    __tablename__ = "source_keys"

    system: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    source_id: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    record_id: Mapped[UUID]
    customer_id: Mapped[UUID | None] = mapped_column(comment="null for what belongs to no customer")
    retired: Mapped[str | None] = mapped_column(Text, comment="deleted or stripped by a rule of retention")
