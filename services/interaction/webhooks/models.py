"""The tables of webhooks: sources with their mappings, their secrets, and payloads as they came."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Integer, LargeBinary, Text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.interaction.base import Base
from services.interaction.records.models import TIME
from shared.auth import Visibility
from shared.masking import PERSONAL


class WebhookSource(Kept, Base):
    """A service that sends messages: their channel, how they are read, how they are signed."""

    __tablename__ = "webhook_sources"
    __table_args__ = (Index("uq_webhook_sources_code", "code", unique=True),)

    code: Mapped[str] = mapped_column(Text(collation="C"))
    name: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    system: Mapped[str] = mapped_column(Text)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    signature: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show sources to everybody."""
        return true()


class WebhookSecret(Base):
    """The secret of a source: in a table of its own, which nothing renders and no history keeps; sealed."""

    __tablename__ = "webhook_secrets"

    source_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(Text, info=PERSONAL)


class WebhookOriginal(Base):
    """A payload as it came, packed by zlib; one that comes again is kept once."""

    __tablename__ = "webhook_originals"
    __table_args__ = (Index("uq_webhook_originals_source_id_sha256", "source_id", "sha256", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source_id: Mapped[UUID]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary, info=PERSONAL)
    created_at: Mapped[datetime] = mapped_column(TIME)
