"""The tables of mail: what is kept of each, originals, threads and their marks, settings, uploads."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    Text,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, aliased, mapped_column

from keeping.kept import Kept
from services.interaction.base import Base
from services.interaction.identities.models import Identity
from services.interaction.records.models import TIME
from shared.auth import Visibility
from shared.masking import PERSONAL


class MailRow(Base):
    """What is kept of a mail beside its interaction, whose id and customer it has; it never changes.

    `thread_id` is the thread that it came into, `topic` and `loose` are what ties it to others; `said` holds
    the addresses, attachments, references, forwarded mails and the report.
    """

    __tablename__ = "mails"
    __table_args__ = (
        Index(None, "thread_id", "occurred_at", "id"),
        Index(None, "topic", "occurred_at", postgresql_where=text("topic is not null")),
        Index(None, "message_id", postgresql_where=text("message_id is not null")),
        {"info": {"guarded": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID]
    thread_id: Mapped[UUID]
    occurred_at: Mapped[datetime] = mapped_column(TIME)
    kind: Mapped[str] = mapped_column(Text(collation="C"))
    message_id: Mapped[str | None] = mapped_column(Text(collation="C"), info=PERSONAL)
    topic: Mapped[bytes | None] = mapped_column(LargeBinary)
    loose: Mapped[bool]
    said: Mapped[dict[str, Any]] = mapped_column(JSONB, info=PERSONAL)
    defects: Mapped[list[str]] = mapped_column(JSONB)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text(collation="C"))
    created_at: Mapped[datetime] = mapped_column(TIME)

    @classmethod
    def visible_to(cls, visibility: Visibility) -> ColumnElement[bool]:
        """Show a mail to those who see its customer."""
        whose = aliased(Identity, name="whose")
        mine = whose.original_id == cls.customer_id
        return select(whose.original_id).where(mine, whose.visible_to(visibility)).exists()


class MailOriginal(Base):
    """A mail as it came, packed by zlib; `content` is null where it was not kept, and `reason` says why."""

    __tablename__ = "mail_originals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, info=PERSONAL)
    reason: Mapped[str | None] = mapped_column(Text)


class Thread(Base):
    """A thread; `current_id` is itself, or the older thread that it turned out to be a part of."""

    __tablename__ = "threads"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    current_id: Mapped[UUID] = mapped_column(index=True)


class ThreadMark(Base):
    """A mark that ties mails, and the thread that it led to first; those of topics only let writers queue."""

    __tablename__ = "thread_marks"

    name: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    thread_id: Mapped[UUID]


class MailSettings(Kept, Base):
    """The one row of settings: whose addresses are ours, and up to how many bytes originals are kept."""

    __tablename__ = "mail_settings"

    own: Mapped[list[str]] = mapped_column(ARRAY(Text))
    keep_up_to: Mapped[int] = mapped_column(Integer)

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show the settings to everybody."""
        return true()


class MailPart(Base):
    """A piece of a mailbox that waits to be read, packed by zlib; gone when its job is done."""

    __tablename__ = "mail_parts"

    upload_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary, info=PERSONAL)
    size: Mapped[int]
    uploaded_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIME)


class MailReject(Base):
    """A message of a mailbox that was not taken: which one, where it begins, and why."""

    __tablename__ = "mail_rejects"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
