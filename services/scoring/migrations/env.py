"""Alembic's entry to the schema `scoring`."""

from services.scoring.tables import metadata
from shared.migrations import run

run(metadata)
