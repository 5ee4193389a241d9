"""The current score of each customer, and the row that publishing locks."""

from uuid import UUID

from sqlalchemy import ColumnElement, Index, SmallInteger, false, select, text
from sqlalchemy.orm import Mapped, mapped_column

from services.scoring.base import Base
from services.scoring.identities.models import Identity
from services.scoring.score_history.models import Remembered, Said
from shared.auth import Visibility


class Score(Said, Remembered, Base):
    """One customer with facts, under its current id."""

    __tablename__ = "scores"
    __table_args__ = (
        Index("ix_scores_ranked", text("value desc"), "customer_id", postgresql_where=text("not deleted")),
        Index("ix_scores_unranked", "customer_id", postgresql_where=text("rank is null and not deleted")),
        {"info": {"guarded": True}},
    )

    customer_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    deleted: Mapped[bool] = mapped_column(server_default=false())

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Return the condition under which a score is seen: its customer is."""
        whose = select(Identity.original_id).where(
            Identity.original_id == cls.customer_id, Identity.visible_to(visibility)
        )
        return whose.exists()


class Publication(Base):
    """One row, locked by whoever writes scores: a run that publishes, or who scores the touched."""

    __tablename__ = "publication"

    k: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
