"""Keep who works for which organization."""

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"

SCHEMA, TABLE = "interaction", "employments"
# Relations are in customer's feed: it is followed from a new snapshot.
AGAIN = f"""
update {SCHEMA}.feed_cursors set generation = generation + 1, cursor = null, page = null, tailing = false,
    step = step + 1 where source = 'customer'"""  # noqa: S608 - constants


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employments")),
        schema=SCHEMA,
    )
    op.create_index("ix_employments_organization_id", TABLE, ["organization_id"], schema=SCHEMA)
    op.execute(AGAIN)


def downgrade() -> None:
    op.drop_table(TABLE, schema=SCHEMA)
