"""The projection of customer's feed: original id → current id, owner, department, external names."""

from uuid import UUID

from sqlalchemy import ColumnElement, Index, Text, bindparam, false, text
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base
from shared.auth import Visibility

COMPUTED = "figures are computed for every customer, whoever owns it"
Exact = Text(collation="C")


class Identity(Base):
    """One id under which facts may arrive, and the customer that it means now.

    A customer's own row is told by customer's feed; it means itself, or whom the record was merged into. A
    provisional id is one that interaction gave to somebody unknown: `customer_id`, which interaction tells,
    is who it turned out to be, and it means whomever that one means. generation and version are those of the
    feed that told it. What describes a customer (`region`, `customer_class`, `acquisition_source`) is as
    customer tells it today.
    """

    __tablename__ = "identities"
    __table_args__ = (
        Index(None, "current_id"),
        Index(None, "owner"),
        Index(None, "department"),
        Index(None, "customer_id", postgresql_where=text("customer_id is not null")),
        {"info": {"guarded": True}},
    )

    original_id: Mapped[UUID] = mapped_column(primary_key=True)
    current_id: Mapped[UUID]
    customer_id: Mapped[UUID | None]
    owner: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Exact)
    customer_class: Mapped[str | None] = mapped_column(Exact)
    acquisition_source: Mapped[str | None] = mapped_column(Exact)
    deleted: Mapped[bool] = mapped_column(server_default=false())
    provisional: Mapped[bool] = mapped_column(server_default=false())
    generation: Mapped[int]
    version: Mapped[int]

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition on a customer's own row for a principal that does not see all."""
        if visibility is Visibility.DEPARTMENT:
            return cls.department == bindparam("principal_department", type_=Text)
        return cls.owner == bindparam("principal_id", type_=Text)


class ExternalName(Base):
    """The id of a customer in another system."""

    __tablename__ = "external_names"
    __table_args__ = (Index(None, "customer_id"),)

    system: Mapped[str] = mapped_column(Exact, primary_key=True)
    kind: Mapped[str] = mapped_column(Exact, primary_key=True)
    external_id: Mapped[str] = mapped_column(Exact, primary_key=True)
    customer_id: Mapped[UUID]
