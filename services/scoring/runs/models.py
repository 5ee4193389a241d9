"""Scoring runs: what was asked for, how far it is, and what it found."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Index, SmallInteger, Text, Uuid, false, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base

Exact = Text(collation="C")
TIME = DateTime(timezone=True)


class ScoringRun(Base):
    """One run; the database lets only one be running, and a worker holds it by `claim` until `leased_until`.

    `pinned`: as_of was given, so later days stay out. `estimator_version_id` is the fit of before to score
    with; without one, or when it `fits`, estimators are fitted. `version_ids` are the fits that scores were
    computed with; with the run's own also its fits of the other estimators. `drift` is what the check of the
    fit found. `population` holds the means that a score's factors are compared with, `cuts` the limits of
    tiers and RFM classes, `watermark` where the feeds stood.
    """

    __tablename__ = "scoring_runs"
    __table_args__ = (
        Index("uq_scoring_runs_running", "status", unique=True, postgresql_where=text("status = 'running'")),
        Index(None, "status", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    status: Mapped[str] = mapped_column(Exact)
    progress: Mapped[float]
    as_of: Mapped[date]
    pinned: Mapped[bool]
    fitted_to: Mapped[date]
    estimator: Mapped[str] = mapped_column(Exact)
    currency: Mapped[str] = mapped_column(Exact)
    identity_system: Mapped[str | None] = mapped_column(Exact)
    parameters_by: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    estimator_version_id: Mapped[UUID | None]
    fits: Mapped[bool] = mapped_column(server_default=true())
    reason: Mapped[str] = mapped_column(Exact, server_default="asked")
    requested_by: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(TIME)
    started_at: Mapped[datetime | None] = mapped_column(TIME)
    finished_at: Mapped[datetime | None] = mapped_column(TIME, index=True)
    claim: Mapped[UUID | None]
    leased_until: Mapped[datetime | None] = mapped_column(TIME)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    error: Mapped[str | None] = mapped_column(Text)
    predicts: Mapped[bool] = mapped_column(server_default=false())
    customers: Mapped[int] = mapped_column(server_default=text("0"))
    version_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"))
    population: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    drift: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    cuts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    watermark: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
