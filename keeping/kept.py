"""What every kept record has beside its own columns."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from feed.tables import TIME


class Kept:
    """An id that never names another record, a version from 1 on, and when it was made, changed and deleted.

    A model that a `Keeper` keeps derives from this and from its service's `Base`.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(TIME)
    updated_at: Mapped[datetime] = mapped_column(TIME)
    deleted_at: Mapped[datetime | None] = mapped_column(TIME)
