"""By what customers are parted into tiers."""

from sqlalchemy import ARRAY, CheckConstraint, ColumnElement, Double, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.scoring.base import Base
from shared.auth import Visibility


class TierSettings(Kept, Base):
    """The one row of settings: the fields of Cut."""

    __tablename__ = "tier_settings"
    __table_args__ = (CheckConstraint("by in ('customers', 'value', 'amount')", name="by"),)

    by: Mapped[str] = mapped_column(Text(collation="C"))
    limits: Mapped[list[float]] = mapped_column(ARRAY(Double))

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show the settings to everybody."""
        return true()
