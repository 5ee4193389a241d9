"""Two whole systems on one database: two processes of each service, two sequencers, two of each follower."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guanxi.postgres import EmbeddedPostgres
from tests.e2e.system import System, running


@contextmanager
def lanes(folder: Path) -> Iterator[tuple[System, System, str]]:
    """Run both, the first with the database; give them and the owner's address. Leaves no data behind."""
    one, two = folder / "one", folder / "two"
    try:
        with running(one) as first:
            shutil.copytree(one / "secrets", two / "secrets")
            owner = EmbeddedPostgres(one).dsn
            with running(two, GUANXI_DATABASE_URL=owner) as second:
                yield first, second, owner
    finally:
        EmbeddedPostgres(one).destroy()
