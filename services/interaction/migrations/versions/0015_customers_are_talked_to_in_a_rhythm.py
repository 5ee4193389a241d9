"""Keep when customers were last talked to, and how often they are to be."""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"

SCHEMA, TARGETS, RHYTHMS = "interaction", "contact_targets", "rhythms"
TIME = sa.DateTime(timezone=True)
# The classes of customers are in customer's feed: it is followed from a new snapshot.
AGAIN = f"""
update {SCHEMA}.feed_cursors set generation = generation + 1, cursor = null, page = null, tailing = false,
    step = step + 1 where source = 'customer'"""  # noqa: S608 - constants


def upgrade() -> None:
    op.add_column("identities", sa.Column("customer_class", sa.Text()), schema=SCHEMA)
    op.create_table(
        TARGETS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("customer_class", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint("days between 1 and 3650", name=op.f("ck_contact_targets_days")),
        sa.CheckConstraint(
            "customer_id is null or num_nonnulls(customer_class, department) = 0",
            name=op.f("ck_contact_targets_whose"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_targets")),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_contact_targets_whose",
        TARGETS,
        ["customer_id", "customer_class", "department"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("deleted_at is null"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        RHYTHMS,
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("customer_class", sa.Text(), nullable=True),
        sa.Column("last_at", TIME, nullable=True),
        sa.Column("days", sa.SmallInteger(), nullable=True),
        sa.Column("due_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_rhythms")),
        schema=SCHEMA,
    )
    for columns in (["due_at"], ["owner", "due_at"], ["department", "due_at"]):
        name = f"ix_rhythms_{'_'.join(columns)}_customer_id"
        op.create_index(name, RHYTHMS, [*columns, "customer_id"], schema=SCHEMA)
    op.execute(AGAIN)


def downgrade() -> None:
    op.drop_table(RHYTHMS, schema=SCHEMA)
    op.drop_table(TARGETS, schema=SCHEMA)
    op.drop_column("identities", "customer_class", schema=SCHEMA)
