"""The table of employments."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.base import Base


class Employment(Base):
    """That a person works for an organization, on the days from `valid_from` to `valid_to`; null is open.

    Both ends are ids that somebody had when it was written down; whom they mean now is for reads to say.
    """

    __tablename__ = "employments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    organization_id: Mapped[UUID] = mapped_column(index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    version: Mapped[int]
    generation: Mapped[int]
