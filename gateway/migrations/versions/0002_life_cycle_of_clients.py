"""The life cycle of clients and keys: rights on personal data, versions, revocation, last use."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database import NAMING
from web.idempotency import idempotency_table

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SCHEMA = "gateway"


def _idempotency() -> sa.Table:
    return idempotency_table(sa.MetaData(schema=SCHEMA, naming_convention=NAMING))


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    for column in (
        sa.Column("personal", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", moment, nullable=True),
    ):
        op.add_column("clients", column, schema=SCHEMA)
    # A department that narrows nothing is no longer accepted.
    op.execute("update gateway.clients set department = null where visibility <> 'department'")
    used = sa.Column("last_used_at", moment, comment="to the minute, written late and in batches")
    op.add_column("api_keys", used, schema=SCHEMA)
    op.create_table(
        "client_changes",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("through", sa.Uuid(), nullable=False, comment="the client that asked"),
        sa.Column("diff", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], [f"{SCHEMA}.clients.id"], name=op.f("fk_client_changes_client_id_clients")
        ),
        sa.PrimaryKeyConstraint("client_id", "version", name=op.f("pk_client_changes")),
        schema=SCHEMA,
    )
    _idempotency().create(op.get_bind())


def downgrade() -> None:
    _idempotency().drop(op.get_bind())
    op.drop_table("client_changes", schema=SCHEMA)
    op.drop_column("api_keys", "last_used_at", schema=SCHEMA)
    for name in ("revoked_at", "updated_at", "version", "personal"):
        op.drop_column("clients", name, schema=SCHEMA)
