"""Clients and the digests of their keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Integer, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
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
