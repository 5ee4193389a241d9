"""What a score says, and the rows that keep what was said."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Index, Numeric, SmallInteger, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from services.scoring.base import Base
from services.scoring.identities.models import Identity
from shared.auth import Visibility


class Said:
    """The columns that a current score and a kept one have in common.

    `value` is what a customer is ranked by: the predicted value, or what was realized when the run predicts
    nothing. `tier` is 1 (VIP) to 4 (small). `rank` is of the run that ranked it, null for who came later.
    The prediction's columns are null together. Money is in the currency of the run; `realized`
    is exact to 15 significant digits and six decimals.

    `first_day` to `costed`, with `purchase_days`, are the statistics that the figures were computed from, as
    in State: with the run's estimators they give the same figures again. Null where they were not kept yet.
    `parameter_group` is the group (ByGroup) whose parameters were used, null for everybody's.
    """

    run_id: Mapped[UUID]
    as_of: Mapped[date]
    value: Mapped[float]
    tier: Mapped[int] = mapped_column(SmallInteger)
    rank: Mapped[int | None]
    purchase_days: Mapped[int]
    realized: Mapped[Decimal] = mapped_column(Numeric)
    recency_class: Mapped[int] = mapped_column(SmallInteger)
    frequency_class: Mapped[int] = mapped_column(SmallInteger)
    money_class: Mapped[int] = mapped_column(SmallInteger)
    p_alive: Mapped[float | None]
    purchases_if_alive: Mapped[float | None]
    spend_per_purchase: Mapped[float | None]
    margin_rate: Mapped[float | None]
    p_active: Mapped[float | None]
    p10: Mapped[float | None]
    p50: Mapped[float | None]
    p90: Mapped[float | None]
    coverage: Mapped[float]
    facts_after: Mapped[int]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    repeat_days: Mapped[int | None]
    repeat_money: Mapped[float | None]
    cost: Mapped[float | None]
    costed: Mapped[float | None]
    parameter_group: Mapped[int | None] = mapped_column(SmallInteger)


class Remembered:
    """The columns by which a current score knows its newest row of history; null before it has one."""

    kept_version: Mapped[int | None]
    kept_as_of: Mapped[date | None]
    kept_value: Mapped[float | None]


class ScoreHistory(Said, Base):
    """One version of a score that was worth keeping, under the customer id that had it; never changed.

    `deleted` closes the account of an id: from `as_of` on it had no score (it was merged away, deleted, or
    lost its last purchase). Its figures are then those that it had last. `written_at` is when what it was
    computed from was read: for a run that is before it computes.
    """

    __tablename__ = "score_history"
    __table_args__ = (Index(None, "as_of", postgresql_using="brin"), {"info": {"guarded": True}})

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    as_of: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    deleted: Mapped[bool]
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition under which it is seen: the customer that its id means now is."""
        of = aliased(Identity, name="of")
        whose = select(Identity.original_id).where(
            of.original_id == cls.customer_id,
            Identity.original_id == of.current_id,
            Identity.visible_to(visibility),
        )
        return whose.exists()
