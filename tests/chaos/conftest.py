"""The feed of things, for faults that are planted into consumers."""

from tests.feed.conftest import database, line, running, settings

__all__ = ["database", "line", "running", "settings"]
