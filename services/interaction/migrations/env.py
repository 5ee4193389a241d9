"""Alembic's entry to the schema `interaction`."""

from services.interaction.tables import metadata
from shared.migrations import run

run(metadata)
