"""What winning back is expected to do, and what tiers are cut by."""

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"

SCHEMA = "scoring"
TIME = sa.DateTime(timezone=True)
WIN_BACK = {"response_lost": 0.05, "response_decline": 0.1, "cost": 0}


def kept(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def begin(table: str, id_: str, **values: object) -> None:
    now = sa.func.now()
    names = (*values, "id", "version", "created_at", "updated_at")
    settings = sa.table(table, *map(sa.column, names), schema=SCHEMA)
    key = sa.literal_column(f"'{id_}'::uuid")
    op.execute(settings.insert().values(**values, id=key, version=1, created_at=now, updated_at=now))


def upgrade() -> None:
    op.create_table(
        "win_back_settings",
        sa.Column("response_lost", sa.Double, nullable=False),
        sa.Column("response_decline", sa.Double, nullable=False),
        sa.Column("cost", sa.Numeric, nullable=False),
        *kept("win_back_settings"),
        schema=SCHEMA,
    )
    begin("win_back_settings", "0192f0c1-7a5e-7000-8000-77696e626163", **WIN_BACK)
    op.create_table(
        "tier_settings",
        sa.Column("by", sa.Text(collation="C"), nullable=False),
        sa.Column("limits", sa.ARRAY(sa.Double), nullable=False),
        *kept("tier_settings"),
        sa.CheckConstraint("by in ('customers', 'value', 'amount')", name="ck_tier_settings_by"),
        schema=SCHEMA,
    )
    begin(
        "tier_settings",
        "0192f0c1-7a5e-7000-8000-746965727300",
        by="customers",
        limits=sa.literal_column("'{1,5,20}'::float8[]"),
    )


def downgrade() -> None:
    for table in ("tier_settings", "win_back_settings"):
        op.drop_table(table, schema=SCHEMA)
