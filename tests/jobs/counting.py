"""A job that counts: it writes down one number after another, each with its checkpoint."""

import asyncio
import sys
from pathlib import Path

import sqlalchemy as sa

from jobs.life import Job, Jobs
from jobs.working import Work, work
from shared.auth import Principal
from shared.clock import utc_now
from shared.database import NAMING, Database
from shared.settings import Settings
from shared.statements import Statement

METADATA = sa.MetaData(schema="things", naming_convention=NAMING)
JOBS = Jobs(METADATA)
NUMBERS = sa.Table("numbers", METADATA, sa.Column("number", sa.Integer))
WORKER = Principal.of_service("things")
WRITE = Statement(sa.insert(NUMBERS).values(number=sa.bindparam("number", type_=sa.Integer)))


def counting(database: Database, pause: float = 0.0) -> Work:
    """Return the work: count from the checkpoint up to the parameter `to`."""

    async def count(job: Job) -> None:
        last = job.parameters["to"]
        for number in range(job.checkpoint.get("next", 0), last):
            async with database.begin(WORKER, at=utc_now()) as tx:
                await WRITE.value(tx.connection, number=number)
                job.counts["written"] = number + 1
                await job.save(tx.connection, (number + 1) / last, next=number + 1)
            await asyncio.sleep(pause)

    return count


async def main(url: str) -> None:
    """Work until killed."""
    database = await Database.open(
        Settings(service="sample", database_url=url, keys=Path(), secret=b"s" * 32)
    )
    await work(database, JOBS, {"count": counting(database, 0.01)})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
