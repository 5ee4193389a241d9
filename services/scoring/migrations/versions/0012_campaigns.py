"""Campaigns, and the orders that they claim; the feed of interaction is read from its snapshot again."""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"

SCHEMA = "scoring"
AGAIN = f"""
update {SCHEMA}.feed_cursors set generation = generation + 1, cursor = null, page = null, tailing = false,
    step = step + 1 where source = 'interaction'"""  # noqa: S608 - constants


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        schema=SCHEMA,
    )
    op.create_index("ix_campaigns_asked_at", "campaigns", ["asked_at"], schema=SCHEMA)
    op.create_table(
        "campaign_claims",
        sa.Column("order_id", sa.Uuid, primary_key=True),
        sa.Column("campaign_id", sa.Uuid, nullable=False),
        schema=SCHEMA,
    )
    op.create_index("ix_campaign_claims_campaign_id", "campaign_claims", ["campaign_id"], schema=SCHEMA)
    op.execute(AGAIN)


def downgrade() -> None:
    for table in ("campaign_claims", "campaigns"):
        op.drop_table(table, schema=SCHEMA)
