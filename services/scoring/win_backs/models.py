"""What trying to bring customers back is expected to do and to cost."""

from decimal import Decimal

from sqlalchemy import ColumnElement, Numeric, true
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.scoring.base import Base
from shared.auth import Visibility


class WinBackSettings(Kept, Base):
    """The one row of settings: shares of those asked who return, and the cost of asking one."""

    __tablename__ = "win_back_settings"

    response_lost: Mapped[float]
    response_decline: Mapped[float]
    cost: Mapped[Decimal] = mapped_column(Numeric)

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show the settings to everybody."""
        return true()
