"""Groups of customers: memberships, events, attendances."""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"

SCHEMA = "customer"
TIME = sa.DateTime(timezone=True)
LIVE = sa.text("deleted_at is null")


def upgrade() -> None:
    table(
        "groups",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("department", sa.Text),
    )
    index("groups", "owner", "id")
    index("groups", "department", "id")
    table(
        "memberships",
        sa.Column("group_id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("since", sa.Date),
        sa.Column("until", sa.Date),
        sa.Column("status", sa.Text, nullable=False),
        sa.CheckConstraint("since <= until", name="ck_memberships_days"),
    )
    index("memberships", "group_id", "customer_id", unique=True)
    index("memberships", "group_id", "id")
    index("memberships", "customer_id", "id")
    table(
        "group_events",
        sa.Column("group_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("held_on", sa.Date, nullable=False),
        sa.Column("note", sa.Text),
    )
    index("group_events", "group_id", "held_on", "id")
    table(
        "group_attendances",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
    )
    index("group_attendances", "event_id", "customer_id", unique=True)
    index("group_attendances", "customer_id")


def downgrade() -> None:
    for name in ("group_attendances", "group_events", "memberships", "groups"):
        op.drop_table(name, schema=SCHEMA)


def table(name: str, *columns: sa.Column | sa.CheckConstraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid, nullable=False),
        *columns,
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        schema=SCHEMA,
    )


def index(name: str, *columns: str, unique: bool = False) -> None:
    op.create_index(
        f"ix_{name}_{'_'.join(columns)}",
        name,
        list(columns),
        schema=SCHEMA,
        unique=unique,
        postgresql_where=LIVE,
    )
