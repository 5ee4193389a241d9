"""A worker that is killed when it has written some scores of a run, and has not committed them.

Usage: python -m tests.services.scoring.valuing.dying <customers written at a time>
"""

import asyncio
import os
import signal
import sys
from typing import Any

from services.scoring.scores import staging
from services.scoring.valuing.working import Worker
from shared.database import Database
from shared.settings import Settings


async def main() -> None:
    """Begin the run that waits, up to its death."""
    write, parts = staging.write_chunk, list[int]()

    async def write_or_die(*given: Any, **more: Any) -> int:
        parts.append(await write(*given, **more))
        if len(parts) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return parts[-1]

    staging.write_chunk = write_or_die  # type: ignore[assignment]  # this process is made for it
    settings = Settings.of("scoring")
    await Worker(await Database.open(settings), settings.currency).run_once()


if __name__ == "__main__":
    staging.CHUNK = int(sys.argv[1])
    asyncio.run(main())
