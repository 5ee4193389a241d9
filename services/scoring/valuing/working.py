"""The loops of the worker: runs, one at a time, the customers touched in between, and what was sold."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from services.scoring.backtests import due as backtests
from services.scoring.campaigns.actions import Claims
from services.scoring.costs.fetching import Shares
from services.scoring.cube import actions as cube
from services.scoring.lifecycle.rounds import due, judge_marked, judge_some
from services.scoring.runs import actions as runs
from services.scoring.runs import statements
from services.scoring.totals import keeping as totals
from services.scoring.valuing.carrying import WORKER, Job, carry_out
from services.scoring.valuing.child import ComputingError, KilledError
from services.scoring.valuing.due import ask_when_due
from services.scoring.valuing.touching import rebuild_marked, score_touched, unpark, waiting
from shared.clock import Clock, utc_now
from shared.database import Database
from shared.ids import uuid7

ROUNDS_IDLE_S = 0.5
RUNS_IDLE_S, TOUCHED_IDLE_S, SALES_IDLE_S, FAILED_S = 0.25, 0.05, 0.25, 1.0
UNPARK_S, DUE_S, QUIET_S = 2.0, 1.0, 2.0
_log = structlog.get_logger()


class Worker:
    """Runs until cancelled; whatever fails is tried again."""

    def __init__(self, database: Database, currency: str, clock: Clock = utc_now) -> None:
        """`currency` is the one in which states are kept, and runs are in unless they say another."""
        self.database, self.currency, self.clock = database, currency, clock
        self._touched = self._unparked = self._asked = 0.0

    async def carry_out_runs(self) -> None:
        """Do queued runs, and ask for one when the scores need it."""
        await _for_ever(self.run_once, "scoring runs", RUNS_IDLE_S)

    async def fetch_shares(self, shares: Shares) -> None:
        """Fetch who bears the costs that many share."""
        await _for_ever(shares.fetch_once, "shares of costs", SALES_IDLE_S)

    async def ask_claims(self, claims: Claims) -> None:
        """Ask now and then which orders campaigns claim."""
        await _for_ever(claims.ask_once, "claims of campaigns", FAILED_S)

    async def score_touched(self) -> None:
        """Keep the scores of touched customers new."""
        await _for_ever(self.touch_once, "touched customers", TOUCHED_IDLE_S)

    async def count_sales(self) -> None:
        """Keep the monthly cube new, first of all in the reporting currency."""
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            await cube.mark_other_currencies(tx, currency=self.currency)
            await totals.mark_other_currencies(tx, currency=self.currency)
        await _for_ever(self.count_once, "sales", SALES_IDLE_S)

    async def judge_everybody(self) -> None:
        """Judge relations anew: of the touched; everybody's after each run and when limits have changed."""
        await _for_ever(self.judge_once, "lifecycles", ROUNDS_IDLE_S)

    async def run_once(self) -> bool:
        """Do one run if one is waiting; true when there was."""
        if await statements.ACTIVE.one(self.database.pool) is None:
            return await self.ask_once()
        token = uuid7()
        run = await runs.claim(self.database.pool, token)
        if run is None:
            return False
        job = Job(self.database, run, token)
        _log.info("scoring run begins", run=str(job.id), attempt=run["attempts"])
        try:
            await carry_out(job, clock=self.clock)
        except* runs.Lost:
            _log.warning("scoring run is not ours any more", run=str(job.id))
        except* KilledError as killed:
            why = str(killed.exceptions[0])
            _log.warning("scoring run begins anew after its lease", run=str(job.id), why=why)
        except* ComputingError as failed:
            _log.exception("scoring run failed", run=str(job.id))
            await runs.fail(self.database.pool, job.id, token, str(failed.exceptions[0]))
        else:
            _log.info("scoring run is done", run=str(job.id))
        return True

    async def judge_once(self) -> bool:
        """Judge some of the touched, else a part of everybody; true when there was anybody."""
        if not await due(self.database.pool):
            return False
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            return await judge_marked(tx) or await judge_some(tx)

    async def ask_once(self) -> bool:
        """Ask for what is due if nobody was touched for a while, once a second; true if it was a run."""
        now = time.monotonic()
        if now - self._asked < DUE_S or now - self._touched < QUIET_S:
            return False
        self._asked = now
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            asked = await ask_when_due(tx, currency=self.currency)
            await backtests.ask_when_due(tx, currency=self.currency)
            return asked

    async def touch_once(self) -> bool:
        """Score some touched customers; true when there were any."""
        now = time.monotonic()
        if now - self._unparked > UNPARK_S:
            self._unparked = now
            await unpark(self.database.pool)
        rebuilding, scoring = await waiting(self.database.pool)
        if rebuilding:
            async with self.database.begin(WORKER, at=self.clock()) as tx:
                await rebuild_marked(tx, currency=self.currency)
        if not (rebuilding or scoring):
            return False
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            done = await score_touched(tx)
        if done:
            self._touched = now
        return done > 0

    async def count_once(self) -> bool:
        """Count again what marked customers were sold, then what they came to; true when there were any."""
        if await cube.waiting(self.database.pool):
            async with self.database.begin(WORKER, at=self.clock()) as tx:
                if await cube.count_marked(tx, currency=self.currency):
                    return True
        if not await totals.waiting(self.database.pool):
            return False
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            return await totals.count_marked(tx, currency=self.currency)


async def _for_ever(step: Callable[[], Awaitable[bool]], what: str, idle: float) -> None:
    while True:
        try:
            pause = 0.0 if await step() else idle
        except Exception as error:  # noqa: BLE001 - the database may be away; no error ends the worker
            _log.warning(f"{what}: tries again", error=type(error).__name__)
            pause = FAILED_S
        await asyncio.sleep(pause)
