"""The one row of settings about champions, and when they are learnt anew."""

from sqlalchemy import CheckConstraint, ColumnElement, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from feed.kept import Kept
from services.scoring.base import Base
from shared.auth import Visibility


class ScoringSettings(Kept, Base):
    """Who approves champions; after how many days a fit is repeated, and a back-test: null for never."""

    __tablename__ = "scoring_settings"
    __table_args__ = (CheckConstraint("approval in ('person', 'automatic')", name="approval"),)

    approval: Mapped[str] = mapped_column(Text(collation="C"))
    refit_days: Mapped[int]
    backtest_days: Mapped[int | None]

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show the settings to everybody."""
        return true()
