"""The one row of settings about champions, and when they are learnt anew."""

from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Text, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.scoring.base import Base
from shared.auth import Visibility


class ScoringSettings(Kept, Base):
    """Who approves champions; after how many days a fit is repeated, and a back-test: null for never.

    `parameters_by`: by what every estimator is fitted and back-tested besides.
    """

    __tablename__ = "scoring_settings"
    __table_args__ = (CheckConstraint("approval in ('person', 'automatic')", name="approval"),)

    approval: Mapped[str] = mapped_column(Text(collation="C"))
    refit_days: Mapped[int]
    backtest_days: Mapped[int | None]
    parameters_by: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show the settings to everybody."""
        return true()
