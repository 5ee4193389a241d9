"""Customers, their identities, the feed and the idempotency keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from feed.tables import drop_feed_ddl, feed_ddl
from shared.database import NAMING
from web.idempotency import idempotency_table

revision: str = "0001"
down_revision: str | None = None

SCHEMA = "customer"
KEY = sa.Text(collation="C")
LIVE = "deleted_at is null"


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("given_name", KEY),
        sa.Column("family_name", KEY),
        sa.Column("contact_points", JSONB, nullable=False),
        sa.Column("addresses", JSONB, nullable=False),
        sa.Column("identities", JSONB, nullable=False),
        sa.Column(
            "contact_keys",
            ARRAY(sa.Text),
            nullable=False,
            comment="derived: tel:+86..., mailto:..., wechat:...",
        ),
        sa.Column("owner", KEY),
        sa.Column("department", KEY),
        sa.Column("region", KEY),
        sa.Column("customer_class", KEY),
        sa.Column("acquired_on", sa.Date),
        sa.Column("acquisition_source", KEY),
        sa.Column("acquisition_campaign", KEY),
        sa.Column("acquisition_cost", sa.Numeric),
        sa.Column("acquisition_currency", KEY),
        sa.Column("tags", ARRAY(sa.Text), nullable=False),
        sa.Column("attributes", JSONB, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind in ('person', 'organization')", name="kind"),
        sa.CheckConstraint("version > 0", name="version"),
        schema=SCHEMA,
    )
    list_by(["created_at", "id"], LIVE)
    list_by(["updated_at", "id"], LIVE)
    for column in ("owner", "department", "region", "customer_class"):
        list_by([column, "created_at", "id"], f"{LIVE} and {column} is not null")
    for column in ("contact_keys", "tags"):
        op.create_index(None, "customers", [column], schema=SCHEMA, postgresql_using="gin")
    op.create_table(
        "identities",
        sa.Column("system", KEY, primary_key=True),
        sa.Column("kind", KEY, primary_key=True),
        sa.Column("external_id", KEY, primary_key=True),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        schema=SCHEMA,
    )
    idempotency().create(op.get_bind())
    feed_ddl(op, SCHEMA)


def downgrade() -> None:
    drop_feed_ddl(op, SCHEMA)
    idempotency().drop(op.get_bind())
    op.drop_table("identities", schema=SCHEMA)
    op.drop_table("customers", schema=SCHEMA)


def list_by(columns: list[str], where: str) -> None:
    op.create_index(None, "customers", columns, schema=SCHEMA, postgresql_where=sa.text(where))


def idempotency() -> sa.Table:
    return idempotency_table(sa.MetaData(schema=SCHEMA, naming_convention=NAMING))
