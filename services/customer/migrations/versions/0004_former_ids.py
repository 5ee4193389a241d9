"""Ids whose records were merged away go on answering."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision: str = "0004"
down_revision: str | None = "0003"

SCHEMA = "customer"


def upgrade() -> None:
    op.add_column(
        "customers",
        sa.Column("merged_ids", ARRAY(sa.Uuid), server_default="{}", nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "former_ids",
        sa.Column("original_id", sa.Uuid, nullable=False),
        sa.Column("current_id", sa.Uuid, nullable=False),
        sa.Column("merge_id", sa.Uuid, nullable=False, comment="the merge that took the record away"),
        sa.PrimaryKeyConstraint("original_id", name="pk_former_ids"),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_table("former_ids", schema=SCHEMA)
    op.drop_column("customers", "merged_ids", schema=SCHEMA)
