"""Keep the strangers who wait for somebody to say who they are."""

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"

SCHEMA, TABLE = "interaction", "strangers"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("newest_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attached_by", sa.Text(), nullable=True),
        sa.Column("sharers", sa.ARRAY(sa.Uuid()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strangers")),
        schema=SCHEMA,
    )
    op.create_index("ix_strangers_state_newest_id", TABLE, ["state", "newest_id"], schema=SCHEMA)
    op.create_index("ix_strangers_sharers", TABLE, ["sharers"], schema=SCHEMA, postgresql_using="gin")
    op.create_index(
        "ix_strangers_unasked",
        TABLE,
        ["id"],
        schema=SCHEMA,
        postgresql_where=sa.text("sharers is null and state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table(TABLE, schema=SCHEMA)
