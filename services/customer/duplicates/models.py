"""The tables of duplicates: pairs and what was decided of them, settings, what runs learnt, their pages."""

from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    Text,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from jobs.life import Jobs
from keeping.kept import Kept
from services.customer.base import Base
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from shared.auth import Visibility

Key = Annotated[str, mapped_column(Text(collation="C"))]
JOBS = Jobs(Base.metadata)


class Duplicate(Kept, Base):
    """Two records that may be one customer, under the ids with which they were found; `one` is the smaller.

    `score` is in bits, `reasons` what it is made of. A pair that was dismissed stays so for
    ever. `seen_in` is the last run that found it again.
    """

    __tablename__ = "duplicates"
    __table_args__ = (
        CheckConstraint("one < other", name="order"),
        CheckConstraint("status in ('open', 'dismissed')", name="status"),
        Index("uq_duplicates_one_other", "one", "other", unique=True),
        Index(None, "other"),
        Index(None, "score", "id", postgresql_where=text("deleted_at is null")),
        Index(None, "cluster_id", postgresql_where=text("cluster_id is not null")),
        {"info": {"guarded": True}},
    )

    one: Mapped[UUID]
    other: Mapped[UUID]
    status: Mapped[Key]
    score: Mapped[float]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    cluster_id: Mapped[UUID | None]
    found_by: Mapped[Key]
    seen_in: Mapped[UUID | None]

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a pair to those who see both of its customers."""
        return sees(cls.one, visibility) & sees(cls.other, visibility)


def sees(column: Any, visibility: Visibility) -> ColumnElement[bool]:  # noqa: ANN401 - a column of customers' ids
    """Whether the principal sees the customer that an id means now."""
    mine = Customer.id == current(column)
    return select(Customer.id).where(mine, Customer.visible_to(visibility)).exists()


class DuplicateSettings(Kept, Base):
    """The one row of settings; `weights_from` is the run whose weights are in use, or null."""

    __tablename__ = "duplicate_settings"
    __table_args__ = (CheckConstraint("on_write in ('off', 'warn', 'refuse')", name="on_write"),)

    on_write: Mapped[Key]
    review: Mapped[float]
    certain: Mapped[float]
    weights_from: Mapped[UUID | None]

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show the settings to everybody."""
        return true()


class DuplicateWeights(Base):
    """What a run learnt: weights, and the counts of frequent values."""

    __tablename__ = "duplicate_weights"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    weights: Mapped[dict[str, Any]] = mapped_column(JSONB)
    frequencies: Mapped[dict[str, Any]] = mapped_column(JSONB)
    learnt: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="how: shares of rules, log posterior")


class DuplicatePage(Base):
    """Some records of the run at work, as numbers: what `apart` made of them, in the order of ids."""

    __tablename__ = "duplicate_pages"
    __table_args__ = ({"prefixes": ["unlogged"]},)

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column(Integer, primary_key=True)
    ids: Mapped[bytes] = mapped_column(LargeBinary)
    forms: Mapped[bytes] = mapped_column(LargeBinary)
    keys: Mapped[bytes | None] = mapped_column(LargeBinary, comment="no longer kept: forms give them")
