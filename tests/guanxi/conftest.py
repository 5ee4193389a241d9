"""What the tests of the command line share."""

import random
import socket

import pytest


@pytest.fixture
def free_port() -> int:
    """Find a free port below the ephemeral range, so that no client of another test takes it."""
    for port in random.sample(range(20_000, 32_000), 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    message = "no free port"
    raise RuntimeError(message)
