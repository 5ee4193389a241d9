"""A worker that is killed when it has written the pairs of a chunk, and has not committed them.

Usage: python -m tests.services.customer.duplicates.dying <chunk> <records of a page> <pairs of a chunk>
"""

import asyncio
import os
import signal
import sys
from typing import Any

from jobs.life import Job
from jobs.working import work_once
from services.customer.duplicates import running
from services.customer.duplicates.models import JOBS
from services.customer.duplicates.running import KIND, DuplicateRun
from shared.database import Database
from shared.settings import Settings


async def main(last: int) -> None:
    """Do the job that waits, up to its death."""
    save = Job.save

    async def save_or_die(job: Job, on: Any, progress: float, **checkpoint: Any) -> None:
        if checkpoint.get("chunk") == last:
            os.kill(os.getpid(), signal.SIGKILL)
        await save(job, on, progress, **checkpoint)

    Job.save = save_or_die  # type: ignore[method-assign]  # this process is made for it
    database = await Database.open(Settings.of("customer"))
    await work_once(database, JOBS, {KIND: DuplicateRun(database)})


if __name__ == "__main__":
    running.PAGE, running.CHUNK = map(int, sys.argv[2:4])
    asyncio.run(main(int(sys.argv[1])))
