"""Sharing the costs that wait for it, one at a time, in the worker."""

import asyncio
import time
from datetime import timedelta
from typing import Any

from asyncpg import Record
from sqlalchemy import Text, bindparam, func, literal_column, select

from feed.write import Change, tell
from services.interaction.base import FEED
from services.interaction.costs.sharing import SHARE
from services.interaction.costs.waiting import CLAIM, SETTLE
from shared.auth import Principal
from shared.clock import utc_now
from shared.database import Database, Transaction
from shared.statements import Statement

KIND = "cost_allocation"
WORKER = Principal.of_service("interaction")
PATIENCE = timedelta(minutes=10)  # for one cost, which a million may bear
REST = timedelta(seconds=1)  # what changes meanwhile is weighed at once; longer where many bear a cost
PAUSE = 3  # times as long as the last cost took: a quarter of the time at most
_PATIENT = Statement(
    select(
        func.set_config(
            literal_column("'statement_timeout'"), bindparam("patience", type_=Text), literal_column("true")
        )
    )
)


class Weigher:
    """Shares costs whose weights have changed; any number of workers may run it."""

    def __init__(self, database: Database, *, rest: timedelta = REST, pause: float = PAUSE) -> None:
        self._database, self._rest, self._pause = database, rest, pause

    async def catch_up(self) -> None:
        """Share whatever has waited for long enough."""
        began = time.monotonic()
        while await self.step():
            took = time.monotonic() - began
            await asyncio.sleep(took * self._pause)
            began = time.monotonic()

    async def step(self) -> bool:
        """Share one cost; False when none waits."""
        claimed = await CLAIM.one(self._database.pool, rest=self._rest.total_seconds(), lease=PATIENCE)
        if claimed is None:
            return False
        async with self._database.begin(WORKER, at=utc_now()) as tx:
            await _PATIENT.value(tx.connection, patience=f"{PATIENCE.total_seconds():.0f}s")
            await _share(tx, claimed)
        return True


async def _share(tx: Transaction, claimed: Record) -> None:
    """Share a claimed cost; the feed tells of it if a share is another than before, or at the first time."""
    found = await SHARE.one(tx.connection, cost=claimed["cost_id"])
    if found is None:
        raise LookupError("an aggregate has one row")
    figures: dict[str, Any] = {name: value for name, value in found.items() if name != "changed"}
    first = claimed["weighed_at"] is None
    told = first or found["changed"] > 0
    version = claimed["version"] + told
    await SETTLE.value(
        tx.connection,
        cost=claimed["cost_id"],
        seen=claimed["marked"],
        weighed_at=tx.at,
        version=version,
        **figures,
    )
    if told:
        diff = {} if first else {"weighed_at": {"from": claimed["weighed_at"], "to": tx.at}}
        what = "created" if first else "updated"
        await tell(tx, FEED, f"{KIND}.{what}", [Change(claimed["id"], version, diff)])
