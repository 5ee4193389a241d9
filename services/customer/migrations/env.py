"""Alembic's entry to the schema `customer`."""

from services.customer.tables import metadata
from shared.migrations import run

run(metadata)
