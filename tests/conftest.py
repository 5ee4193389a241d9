"""Fixtures for every test: keys, a server, and services that run on databases of their own."""

from pathlib import Path

import pytest

from tests.support.keys import make_keys


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the signing keys of every service."""
    return make_keys(tmp_path_factory.mktemp("keys"))
