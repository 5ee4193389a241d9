"""The tables of customers, of the identities that lead to them, and of the ids that merges took away."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Index,
    Numeric,
    SmallInteger,
    Text,
    Uuid,
    bindparam,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from services.customer.base import Base
from shared.auth import Visibility
from shared.masking import PERSONAL, columns_of

Key = Annotated[str, mapped_column(Text(collation="C"))]
Time = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Members = Annotated[list[dict[str, Any]], mapped_column(JSONB)]
Words = Annotated[list[str], mapped_column(ARRAY(Text))]
Ids = Annotated[list[UUID], mapped_column(ARRAY(Uuid), server_default="{}")]


PENDING_KB = 64


def _list_by(*columns: str) -> Index:
    """Return the index of a keyset list, read backwards; one for a filter leaves out null."""
    live = "deleted_at is null"
    where = live if columns[0].endswith("_at") else f"{live} and {columns[0]} is not null"
    return Index(None, *columns, postgresql_where=text(where))


def _found_by(keys: str) -> Index:
    """Return an index of keys, which also tells what begins with a word.

    New entries wait in a list that every search reads, so it is as short as can be; without one batches cost
    much more.
    """
    return Index(
        f"ix_customers_{keys}",
        keys,
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": PENDING_KB},
        postgresql_where=text("deleted_at is null"),
    )


class Customer(Base):
    """A person or an organization; one row is the whole document.

    A record that was merged into another keeps its row as it was, deleted; `merged_ids` are those that were
    merged into this one.

    The identities in the row are what a reader gets; the table of identities is what keeps them unique.
    """

    __tablename__ = "customers"
    __table_args__ = (
        CheckConstraint("kind in ('person', 'organization')", name="kind"),
        CheckConstraint("version > 0", name="version"),
        _list_by("created_at", "id"),
        _list_by("updated_at", "id"),
        _list_by("owner", "created_at", "id"),
        _list_by("department", "created_at", "id"),
        _list_by("region", "created_at", "id"),
        _list_by("customer_class", "created_at", "id"),
        Index(None, "contact_keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index(None, "tags", postgresql_using="gin"),
        _found_by("open_keys"),
        _found_by("personal_keys"),
        Index(None, "keys_recipe", postgresql_where=text("deleted_at is null")),
        Index(
            "ix_customers_tags_counted",
            "department",
            "owner",
            postgresql_include=["tags"],
            postgresql_where=text("deleted_at is null and tags <> '{}'"),
        ),
        {"info": {"guarded": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[Key]
    name: Mapped[Key]
    given_name: Mapped[Key | None]
    family_name: Mapped[Key | None]
    contact_points: Mapped[Members] = mapped_column(info=PERSONAL)
    addresses: Mapped[Members] = mapped_column(info=PERSONAL)
    identities: Mapped[Members]
    contact_keys: Mapped[Words] = mapped_column(
        comment="derived: tel:+86..., mailto:..., wechat:...", info=PERSONAL
    )
    owner: Mapped[Key | None]
    department: Mapped[Key | None]
    region: Mapped[Key | None]
    customer_class: Mapped[Key | None]
    acquired_on: Mapped[date | None]
    acquisition_source: Mapped[Key | None]
    acquisition_campaign: Mapped[Key | None]
    acquisition_cost: Mapped[Decimal | None] = mapped_column(Numeric)
    acquisition_currency: Mapped[Key | None]
    tags: Mapped[Words]
    attributes: Mapped[dict[str, Any]] = mapped_column(JSONB, info=PERSONAL)
    open_keys: Mapped[str | None] = mapped_column(
        TSVECTOR, comment="derived: what it is found by; null until the worker has made it"
    )
    personal_keys: Mapped[str | None] = mapped_column(
        TSVECTOR, comment="derived: the same of personal data", info=PERSONAL
    )
    keys_recipe: Mapped[int] = mapped_column(
        SmallInteger,
        server_default="0",
        comment="the recipe that its keys were made by; the worker makes older ones anew",
    )
    merged_ids: Mapped[Ids]
    version: Mapped[int]
    created_at: Mapped[Time]
    updated_at: Mapped[Time]
    deleted_at: Mapped[Time | None]

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition on a customer for a principal that does not see all."""
        if visibility is Visibility.DEPARTMENT:
            return cls.department == bindparam("principal_department", type_=Text)
        return cls.owner == bindparam("principal_id", type_=Text)


PERSONAL_FIELDS = columns_of(Customer)


class Identity(Base):
    """The name of a customer in another system; a deleted customer's are free for others."""

    __tablename__ = "identities"

    system: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[Key] = mapped_column(primary_key=True)
    external_id: Mapped[Key] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]


class FormerId(Base):
    """An id whose record was merged away, and the customer that it means now: never itself a former one."""

    __tablename__ = "former_ids"

    original_id: Mapped[UUID] = mapped_column(primary_key=True)
    current_id: Mapped[UUID]
    merge_id: Mapped[UUID] = mapped_column(comment="the merge that took the record away")
