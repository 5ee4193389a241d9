"""Whose relation is to be judged again has a list of its own, so that scores need not wait for that."""

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"


def upgrade() -> None:
    op.create_table(
        "lifecycle_marks",
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name="pk_lifecycle_marks"),
        schema="scoring",
    )


def downgrade() -> None:
    op.drop_table("lifecycle_marks", schema="scoring")
