"""What the origins of back-tests found; the job itself is in the service's table of jobs."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base


class BacktestOrigin(Base):
    """One cut-off of a back-test, with all figures of all estimators."""

    __tablename__ = "backtest_origins"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    cut_off: Mapped[date] = mapped_column(primary_key=True)
    found: Mapped[dict[str, Any]] = mapped_column(JSONB)
