"""Keep when the source of a record last changed it, so that what comes late does not undo what is newer."""

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"

SCHEMA, COLUMN = "interaction", "source_updated_at"
TABLES = (
    "calls",
    "campaign_members",
    "campaigns",
    "costs",
    "credit_notes",
    "deliveries",
    "exchange_rates",
    "interactions",
    "objections",
    "orders",
    "payments",
    "products",
    "promises",
    "publicity_claims",
    "returns",
    "shared_costs",
)


def upgrade() -> None:
    for table in TABLES:
        said = sa.Column(
            COLUMN,
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the source last changed it, as it says",
        )
        op.add_column(table, said, schema=SCHEMA)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_column(table, COLUMN, schema=SCHEMA)
