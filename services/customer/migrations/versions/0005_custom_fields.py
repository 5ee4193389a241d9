"""Custom fields and their settings."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0005"
down_revision: str | None = "0004"

SCHEMA, FIELDS, SETTINGS = "customer", "custom_fields", "custom_field_settings"
KEY = sa.Text(collation="C")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        FIELDS,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("code", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("type", KEY, nullable=False),
        sa.Column("label", JSONB, nullable=False),
        sa.Column("help", JSONB),
        sa.Column("required", sa.Boolean, nullable=False),
        sa.Column("options", JSONB, nullable=False),
        sa.Column("min", JSONB),
        sa.Column("max", JSONB),
        sa.Column("pattern", sa.Text),
        sa.Column("max_length", sa.Integer),
        sa.Column("filterable", sa.Boolean, nullable=False),
        sa.Column("default", JSONB),
        sa.Column("group", sa.Text),
        sa.Column("position", sa.Integer, nullable=False),
        *versioned(),
        sa.PrimaryKeyConstraint("id", name="pk_custom_fields"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_custom_fields_code",
        FIELDS,
        ["code"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("deleted_at is null"),
    )
    settings = op.create_table(
        SETTINGS,
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("undeclared", KEY, nullable=False),
        *versioned(),
        sa.PrimaryKeyConstraint("id", name="pk_custom_field_settings"),
        schema=SCHEMA,
    )
    first = {"id": UUID(int=0xF1E1D5), "undeclared": "allowed", "version": 1}
    op.execute(sa.insert(settings).values(**first, created_at=sa.func.now(), updated_at=sa.func.now()))


def downgrade() -> None:
    op.drop_table(SETTINGS, schema=SCHEMA)
    op.drop_table(FIELDS, schema=SCHEMA)


def versioned() -> list[sa.Column]:
    return [
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
    ]
