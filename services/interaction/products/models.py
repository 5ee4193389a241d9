"""The table of products."""

from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Record


class Product(Record):
    """Something that is sold."""

    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text, index=True)
    family: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool]
