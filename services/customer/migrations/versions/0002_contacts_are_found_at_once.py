"""Keep the index of contacts up to date at once: a lookup then has no list of pending entries to walk."""

from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"

INDEX = "customer.ix_customers_contact_keys"


def upgrade() -> None:
    op.execute(f"alter index {INDEX} set (fastupdate = off)")
    op.execute(f"select gin_clean_pending_list('{INDEX}')")


def downgrade() -> None:
    op.execute(f"alter index {INDEX} reset (fastupdate)")
