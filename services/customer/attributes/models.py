"""The tables of custom fields and of their settings."""

from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Text, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keeping.kept import Kept
from services.customer.base import Base
from shared.auth import Visibility

Key = Annotated[str, mapped_column(Text(collation="C"))]
SETTINGS_ID = UUID(int=0xF1E1D5)  # of the one row of settings: histories of a service share their key


class CustomField(Kept, Base):
    """A definition; deleting retires it: the values stay, and no new ones are taken.

    `min`, `max` and `default` are values of the field's type, `options` are {code, label, retired}.
    """

    __tablename__ = "custom_fields"
    __table_args__ = (
        Index("ix_custom_fields_code", "code", unique=True, postgresql_where=text("deleted_at is null")),
    )

    code: Mapped[Key]
    kind: Mapped[Key]
    type: Mapped[Key]
    label: Mapped[dict[str, str]] = mapped_column(JSONB)
    help: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    required: Mapped[bool]
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    min: Mapped[Any | None] = mapped_column(JSONB)
    max: Mapped[Any | None] = mapped_column(JSONB)
    pattern: Mapped[str | None] = mapped_column(Text)
    max_length: Mapped[int | None]
    filterable: Mapped[bool]
    default: Mapped[Any | None] = mapped_column(JSONB)
    group: Mapped[str | None] = mapped_column(Text)
    position: Mapped[int]

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show definitions to everybody: they are about no customer."""
        return true()


class CustomFieldSettings(Kept, Base):
    """What holds for all attributes; the one row is made by the migration."""

    __tablename__ = "custom_field_settings"

    undeclared: Mapped[Key]

    @classmethod
    def visible_to(cls, _: Visibility) -> ColumnElement[bool]:
        """Show the settings to everybody."""
        return true()
