"""The table of source keys."""

from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.base import Base


class SourceKey(Base):
    """One record's name in one system; the only place where uniqueness of source keys lives.

    A key may be reserved before its record arrives (an order line may name a product that is not here yet):
    then the record gets the reserved id.
    """

    __tablename__ = "source_keys"

    system: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    source_id: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    record_id: Mapped[UUID]
    customer_id: Mapped[UUID | None] = mapped_column(comment="null for what belongs to no customer")
