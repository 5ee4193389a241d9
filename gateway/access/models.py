"""Clients, the digests of their keys, and who changed what a client may do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gateway.base import Base

GENEROUS = 10_000  # requests a second


class Client(Base):
    """A program that may call, and as whom: the principal that services see."""

    __tablename__ = "clients"
    __table_args__ = (
        CheckConstraint("visibility in ('all', 'department', 'own')", name="visibility"),
        CheckConstraint("rate > 0", name="rate"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    name: Mapped[str] = mapped_column(Text)
    principal_id: Mapped[str] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    visibility: Mapped[str] = mapped_column(Text, server_default="all")
    department: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, server_default="api")
    rate: Mapped[int] = mapped_column(Integer, server_default=str(GENEROUS))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    personal: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ApiKey(Base):
    """A key's SHA-256; `prefix` is the part of the key that people may see."""

    __tablename__ = "api_keys"
    __table_args__ = (CheckConstraint("length(digest) = 32", name="digest"),)

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    client_id: Mapped[UUID] = mapped_column(
        ForeignKey("gateway.clients.id", name="fk_api_keys_client_id_clients"), index=True
    )
    prefix: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    id: Mapped[UUID] = mapped_column(unique=True, server_default=text("gen_random_uuid()"))
    last_used_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="to the minute, written late and in batches"
    )


class ClientChange(Base):
    """One version of a client: who made it, through which client, and each field's from and to."""

    __tablename__ = "client_changes"

    client_id: Mapped[UUID] = mapped_column(
        ForeignKey("gateway.clients.id", name="fk_client_changes_client_id_clients"), primary_key=True
    )
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    who: Mapped[str] = mapped_column(Text)
    through: Mapped[UUID] = mapped_column(comment="the client that asked")
    diff: Mapped[dict[str, Any]] = mapped_column(JSONB)
