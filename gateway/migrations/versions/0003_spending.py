"""How far each client's rate is spent."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("spent_to", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["gateway.clients.id"], name="fk_spending_client_id_clients", ondelete="cascade"
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_spending")),
        schema="gateway",
    )


def downgrade() -> None:
    op.drop_table("spending", schema="gateway")
