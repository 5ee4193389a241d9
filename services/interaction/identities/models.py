"""Tables of what interaction knows about identities."""

from uuid import UUID

from sqlalchemy import ColumnElement, Index, Text, bindparam, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.base import Base
from shared.auth import Visibility


class Identity(Base):
    """One id under which facts arrived, and the customer that it means now.

    `owner`, `department`, `customer_class` and `deleted` are the current customer's, as its feed last told.
    A provisional id was given here to someone whom the customer service did not know; `customer_id` is the
    customer that it turned out to be, and it means whomever that one means. Merges decide that of all others.
    """

    __tablename__ = "identities"
    __table_args__ = (
        Index(None, "customer_id", postgresql_where=text("customer_id is not null")),
        {"info": {"guarded": True}},
    )

    original_id: Mapped[UUID] = mapped_column(primary_key=True)
    current_id: Mapped[UUID] = mapped_column(index=True)
    customer_id: Mapped[UUID | None]
    owner: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    customer_class: Mapped[str | None] = mapped_column(Text)
    deleted: Mapped[bool] = mapped_column(server_default="false")
    provisional: Mapped[bool] = mapped_column(server_default="false")
    customer_version: Mapped[int] = mapped_column(
        server_default="0", comment="the version of the current customer that the projection holds"
    )
    generation: Mapped[int] = mapped_column(
        server_default="0", comment="of customer's feed, see customer_version"
    )
    version: Mapped[int] = mapped_column(server_default="1", comment="counts changes of current_id")

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a customer to its owner, or to its department."""
        if visibility is Visibility.DEPARTMENT:
            return cls.department == bindparam("principal_department", type_=Text)
        return cls.owner == bindparam("principal_id", type_=Text)

    @classmethod
    def matched(cls) -> ColumnElement[bool]:
        """Whether the customer service knows who this is."""
        return or_(~cls.provisional, cls.customer_id.is_not(None))


class ExternalIdentity(Base):
    """The name of a customer in another system, and the id that new facts under it get."""

    __tablename__ = "external_identities"

    system: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    external_id: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(index=True)
