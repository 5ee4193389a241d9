"""Fixtures of holds: those of retention."""

from tests.services.interaction.retention.conftest import _nothing_before, run

__all__ = ["_nothing_before", "run"]
