"""Asking for a back-test when nobody has: as often as the settings say, once scores are predicted."""

from datetime import datetime, timedelta

from sqlalchemy import Text, literal_column, select

from services.scoring.backtests.running import KIND, NOTHING, parameters
from services.scoring.backtests.schemas import BacktestCreate
from services.scoring.base import JOBS
from services.scoring.champions.queries import CURRENT
from services.scoring.runs.queries import NEWEST as NEWEST_RUN
from shared.database import Transaction
from shared.statements import Statement

_LAST = Statement(
    select(JOBS.table.c.requested_at)
    .where(JOBS.table.c.kind == literal_column(f"'{KIND}'", Text))
    .order_by(JOBS.table.c.id.desc())
    .limit(literal_column("1"))
)


async def ask_when_due(tx: Transaction, *, currency: str) -> bool:
    """Queue a back-test when the last one is old enough, or there is none yet; true when it is."""
    settings, run = await CURRENT.one(tx.connection), await NEWEST_RUN.one(tx.connection)
    if settings is None or settings["backtest_days"] is None:
        return False
    if run is None or run["pinned"] or not run["predicts"]:
        return False
    last: datetime | None = await _LAST.value(tx.connection)
    if last is not None and tx.at - last < timedelta(days=settings["backtest_days"]):
        return False
    given = await parameters(tx.connection, BacktestCreate(), tx.at.date(), currency)
    await JOBS.ask(tx, KIND, given, NOTHING)
    return True
