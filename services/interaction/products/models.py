"""The table of products."""

from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Record


class Product(Record):
    """Something that is sold: of a category, in it of a family, there in a release.

    `replaced_by_id` is the product that is sold in its place; following it ends, see replacing.py.
    """

    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text, index=True)
    family: Mapped[str | None] = mapped_column(Text)
    release: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool]
    replaced_by_id: Mapped[UUID | None] = mapped_column(index=True)
