"""Where the relation with each customer stands, how it came there, and by which limits that is judged."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Index,
    SmallInteger,
    Uuid,
    false,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.scoring.base import Base
from services.scoring.identities.models import Identity
from shared.auth import Visibility

TIME = DateTime(timezone=True)


class Lifecycle(Base):
    """One customer under its current id; `state` and `rule` are numbers, as `thresholds` orders the words.

    `since`, `rule`, `value` and `bound` are of the last change: null for a prospect, who never changed. The
    arrays are all changes in order: their last elements are those four. `id` names the record in feed and
    history. `looked_at`: the database's clock when its facts were last read, before they were.
    """

    __tablename__ = "lifecycles"
    __table_args__ = (
        Index(None, "state", "customer_id", postgresql_where=text("not deleted")),
        CheckConstraint("cardinality(days) = cardinality(states)", name="trajectory"),
        {"info": {"guarded": True}},
    )

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    version: Mapped[int]
    deleted: Mapped[bool] = mapped_column(server_default=false())
    state: Mapped[int] = mapped_column(SmallInteger)
    since: Mapped[date | None]
    rule: Mapped[int] = mapped_column(SmallInteger)
    value: Mapped[float | None]
    bound: Mapped[float | None]
    days: Mapped[list[date]] = mapped_column(ARRAY(Date))
    states: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    rules: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    values: Mapped[list[float | None]] = mapped_column(ARRAY(Double))
    bounds: Mapped[list[float | None]] = mapped_column(ARRAY(Double))
    looked_at: Mapped[datetime] = mapped_column(TIME)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition under which a lifecycle is seen: its customer is."""
        whose = select(Identity.original_id).where(
            Identity.original_id == cls.customer_id, Identity.visible_to(visibility)
        )
        return whose.exists()


class LifecycleSettings(Kept, Base):
    """The one row of limits; the columns are the fields of Thresholds."""

    __tablename__ = "lifecycle_settings"

    period_days: Mapped[int]
    hysteresis: Mapped[int]
    exploration_orders: Mapped[int]
    exploration_gaps: Mapped[float]
    silence_level: Mapped[float]
    decline_p_alive: Mapped[float]
    lost_p_alive: Mapped[float]
    lost_silence_level: Mapped[float]
    margin_fall: Mapped[float]
    margin_periods: Mapped[int]
    margin_weight: Mapped[float]
    margin_purchases: Mapped[float]
    order_weight: Mapped[float]
    growth_t: Mapped[float]
    growth_share: Mapped[float]
    category_periods: Mapped[int]
    stability_orders: Mapped[int]
    stability_cv: Mapped[float]

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show the settings to everybody."""
        return true()


class LifecycleRound(Base):
    """One row: by which run and which version of the settings everybody is being judged, and how far that is.

    `after`: customers up to this id are done; `done`: all are.
    """

    __tablename__ = "lifecycle_rounds"

    k: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    run_id: Mapped[UUID | None]
    settings_version: Mapped[int | None]
    after: Mapped[UUID] = mapped_column(Uuid)
    done: Mapped[bool]


class LifecycleMark(Base):
    """A customer whose facts changed since the relation was judged last."""

    __tablename__ = "lifecycle_marks"

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
