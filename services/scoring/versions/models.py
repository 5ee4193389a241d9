"""Fitted estimators, and the stage of life that each has reached."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, DateTime, Index, Text, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.scoring.base import Base
from shared.auth import Visibility

Exact = Text(collation="C")


class EstimatorVersion(Kept, Base):
    """What a fit found, on which data.

    `parameters` are on the natural scale, `covariance` is that of their logarithms, in the order of the
    parameters; both are null without a fit. `figures` describes the data: customers, repeat buyers, means.
    `expects` is what it expects of its customers after `cut_off`. `parameters_by` is what parameters differ
    by, null for nothing; then `parameters` are everybody else's, and `groups` tells of each level. All of
    that never changes; `life` does: a candidate is approved as champion, and retires when another is.
    `run_id` is the run that fitted it, `backtest_id` the back-test that spoke for it.
    """

    __tablename__ = "estimator_versions"
    __table_args__ = (
        CheckConstraint("life in ('candidate', 'champion', 'retired')", name="life"),
        Index(
            "uq_estimator_versions_champion",  # of purchases, and of spend
            text("(kind = 'gamma_gamma')"),
            unique=True,
            postgresql_where=text("life = 'champion'"),
        ),
    )

    kind: Mapped[str] = mapped_column(Exact)
    status: Mapped[str] = mapped_column(Exact)
    reason: Mapped[str] = mapped_column(Text)
    parameters: Mapped[dict[str, float] | None] = mapped_column(JSONB)
    standard_errors: Mapped[dict[str, float] | None] = mapped_column(JSONB)
    covariance: Mapped[list[list[float]] | None] = mapped_column(JSONB)
    log_likelihood: Mapped[float | None]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    expects: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    parameters_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    groups: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    cut_off: Mapped[date]
    currency: Mapped[str] = mapped_column(Exact)
    identity_system: Mapped[str | None] = mapped_column(Exact)
    data_hash: Mapped[str] = mapped_column(Exact)
    code_version: Mapped[str] = mapped_column(Exact)
    life: Mapped[str] = mapped_column(Exact)
    run_id: Mapped[UUID | None] = mapped_column(index=True)
    approved_by: Mapped[str | None] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    approved_because: Mapped[str | None] = mapped_column(Text)
    backtest_id: Mapped[UUID | None]

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show estimators to everybody."""
        return true()
