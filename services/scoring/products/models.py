"""Products, as interaction tells of them."""

from uuid import UUID

from sqlalchemy import Index, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base

Exact = Text(collation="C")


class Product(Base):
    """Something that is sold; a deleted one keeps its name and category, so that past sales keep theirs.

    `stale`: its category is another than the one under which its sales were last counted.
    """

    __tablename__ = "products"
    __table_args__ = (Index("ix_products_stale", "id", postgresql_where=text("stale")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    generation: Mapped[int]
    version: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Exact)
    family: Mapped[str | None] = mapped_column(Exact)
    replaced_by_id: Mapped[UUID | None]
    deleted: Mapped[bool] = mapped_column(server_default=false())
    stale: Mapped[bool] = mapped_column(server_default=false())
