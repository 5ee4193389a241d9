"""The current score of each customer, and the row that publishing locks."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Numeric, SmallInteger, Text, false, select, text
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base
from services.scoring.identities.models import Identity
from shared.auth import Visibility

Exact = Text(collation="C")


class Score(Base):
    """One customer with facts, under its current id.

    `value` is what it is ranked by: the predicted value, or what was realized when the run predicts
    nothing. `tier` is 1 (VIP) to 4 (small). `rank` is of the run that ranked it, null for who came later.
    The prediction's columns are null together. Money is in the currency of the run; `realized`
    is exact to 15 significant digits and six decimals.
    """

    __tablename__ = "scores"
    __table_args__ = (
        Index("ix_scores_ranked", text("value desc"), "customer_id", postgresql_where=text("not deleted")),
        Index("ix_scores_unranked", "customer_id", postgresql_where=text("rank is null and not deleted")),
        {"info": {"guarded": True}},
    )

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    deleted: Mapped[bool] = mapped_column(server_default=false())
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

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition under which a score is seen: its customer is."""
        whose = select(Identity.original_id).where(
            Identity.original_id == cls.customer_id, Identity.visible_to(visibility)
        )
        return whose.exists()


class Publication(Base):
    """One row: locked for writing by a run that publishes, shared by those who score single customers."""

    __tablename__ = "publication"

    k: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
