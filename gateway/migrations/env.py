"""Alembic's entry to the schema `gateway`."""

from gateway.tables import metadata
from shared.migrations import run

run(metadata)
