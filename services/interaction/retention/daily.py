"""The run that begins by itself, once a day."""

from datetime import datetime

import sqlalchemy as sa

from services.interaction.base import JOBS
from services.interaction.holds.actions import RUN
from services.interaction.retention.running import NOTHING, RULES_NOW, WORKER
from shared.clock import Clock, utc_now
from shared.database import Database
from shared.statements import Statement

_jobs = JOBS.table.c
_TODAY = Statement(
    sa.select(_jobs.id)
    .where(
        _jobs.kind == RUN,
        _jobs.parameters["dry_run"].astext == "false",
        _jobs.requested_at >= sa.bindparam("since", type_=_jobs.requested_at.type),
    )
    .limit(1)
)


async def begin_daily(database: Database, clock: Clock = utc_now) -> None:
    """Ask for a run unless there are no rules, or there was one today (UTC).

    Two workers may ask at once: the second run begins after the first and finds nothing.
    """
    now = clock()
    midnight = datetime.combine(now.date(), datetime.min.time(), now.tzinfo)
    if not await RULES_NOW.all(database.pool) or await _TODAY.value(database.pool, since=midnight):
        return
    async with database.begin(WORKER, at=now) as tx:
        await JOBS.ask(tx, RUN, {"dry_run": False}, NOTHING)
