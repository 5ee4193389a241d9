"""Fitted estimators."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base

Exact = Text(collation="C")


class EstimatorVersion(Base):
    """What a fit found, on which data.

    `parameters` are on the natural scale, `covariance` is that of their logarithms, in the order of the
    parameters; both are null without a fit. `figures` describes the data: customers, repeat buyers, means.
    """

    __tablename__ = "estimator_versions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Exact)
    status: Mapped[str] = mapped_column(Exact)
    reason: Mapped[str] = mapped_column(Text)
    parameters: Mapped[dict[str, float] | None] = mapped_column(JSONB)
    standard_errors: Mapped[dict[str, float] | None] = mapped_column(JSONB)
    covariance: Mapped[list[list[float]] | None] = mapped_column(JSONB)
    log_likelihood: Mapped[float | None]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cut_off: Mapped[date]
    currency: Mapped[str] = mapped_column(Exact)
    identity_system: Mapped[str | None] = mapped_column(Exact)
    data_hash: Mapped[str] = mapped_column(Exact)
    code_version: Mapped[str] = mapped_column(Exact)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
