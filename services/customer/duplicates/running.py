"""The run: all customers are read, laid out, compared in chunks and put into clusters; killed, it goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir
from typing import Any
from uuid import UUID

import numpy as np

from feed.write import by
from jobs.life import Job
from services.customer.duplicates import apart, reading, writes
from services.customer.duplicates.apart import Layout
from services.customer.duplicates.forms import LAYOUT
from services.customer.duplicates.queries import CURRENT, SETTINGS, SETTINGS_ID
from services.customer.duplicates.schemas import FoundBy
from shared.auth import Principal
from shared.clock import Clock, utc_now
from shared.database import Database
from shared.ids import uuid7
from shared.statements import Statement
from web.etag import Condition

KIND = "duplicates"
NOTHING: dict[str, Any] = {
    "customers": 0,
    "blocks_cut": [],
    "learnt": apart.NOTHING_LEARNT,
    "pairs": 0,
    "found": 0,
    "clusters": 0,
}  # counted yet
WORKER = Principal.of_service("customer")
PAGE, CHUNK = 2_000, 200_000  # records read at once; pairs compared at once
STORED, MOVED = 2_000, 5_000  # pairs stored in a statement; pairs put into clusters
READ, COMPARED = 0.5, 0.95  # the progress at which these are done
AT_ONCE = apart.PROCESSES + 1
_ID = "S16"  # bytes in order; numpy leaves out zeros at the end


class DuplicateRun:
    """Does the jobs of this kind; the checkpoint names the phase and how far it is."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self.database, self.clock = database, clock

    async def __call__(self, job: Job) -> None:
        """Do a job from its checkpoint on."""
        if not job.checkpoint:
            job.counts["customers"] = await reading.COUNT.value(self.database.pool)
        prefix = f"guanxi-{job.id}-"
        await asyncio.to_thread(_clear, prefix)
        with (
            TemporaryDirectory(prefix=prefix) as folder,
            apart.processes(job.counts["customers"]) as pool,
        ):
            one = _One(self.database, self.clock, job, Path(folder), pool)
            try:
                await one.read()
                await one.lay_out()
                await one.compare()
                await one.group()
            except BrokenProcessPool as killed:  # says nothing about the run: it goes on after its lease
                raise OSError("a computing process was killed") from killed
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
            await writes.DROP_PAGES.value(self.database.pool, job_id=job.id)


class _One:
    """One job on its way."""

    def __init__(
        self, database: Database, clock: Clock, job: Job, folder: Path, pool: ProcessPoolExecutor
    ) -> None:
        self.database, self.clock, self.job, self.folder, self.pool = database, clock, job, folder, pool
        self.ids: np.ndarray[Any, Any] = np.empty(0, _ID)
        self.weights: dict[str, Any] = {}

    async def read(self) -> None:
        """Turn all customers into pages of numbers."""
        job, on = self.job, self.database.pool
        place = job.checkpoint
        if (
            place.get("layout") != LAYOUT
        ):  # nothing is kept yet, or pages that another version of the code wrote
            await writes.FORGET_PAGES.all(on, job_id=job.id)
            await writes.DROP_PAGES.value(on, job_id=job.id)
            begun = self.clock().isoformat()
            place = {"layout": LAYOUT, "page": 0, "after": str(UUID(int=0)), "begun": begun}
        if "chunk" in place or place.get("read"):
            return
        job.checkpoint = place
        await self._read_on(place)
        await job.save(on, READ, **{**job.checkpoint, "read": True})

    async def _read_on(self, place: dict[str, Any]) -> None:
        page, after = place["page"], UUID(place["after"])
        coming: asyncio.Queue[Any] = asyncio.Queue(AT_ONCE)

        async def produce() -> None:
            last = after
            while rows := await reading.PAGE.all(self.database.pool, after=last, limit=PAGE):
                last = rows[-1]["id"]
                texts = [row["record"] for row in rows]
                await coming.put(
                    ([row["id"] for row in rows], asyncio.ensure_future(self._apart(apart.prepare, texts)))
                )
            await coming.put(None)

        async with asyncio.TaskGroup() as group:
            group.create_task(produce())
            while (made := await coming.get()) is not None:
                ids, prepared = made
                await self._keep(page, ids, await prepared)
                page += 1

    async def _keep(self, page: int, ids: list[UUID], forms: bytes) -> None:
        job = self.job
        done = READ * min((page + 1) * PAGE / max(job.counts["customers"], 1), 1)
        whole = {"job_id": job.id, "page": page, "ids": b"".join(id_.bytes for id_ in ids)}
        place = {**job.checkpoint, "page": page + 1, "after": str(ids[-1])}
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            await writes.KEEP_PAGE.value(tx.connection, **whole, forms=forms)
            await job.save(tx.connection, done, **place)

    async def lay_out(self) -> None:
        """Plan the comparisons and learn the weights: the same ones again after a kill."""
        job, on = self.job, self.database.pool
        ids = []
        with (self.folder / apart.FORMS).open("wb") as file:
            for page in range(job.checkpoint["page"]):
                row = await writes.ONE_PAGE.one(on, job_id=job.id, page=page)
                if row is None:
                    raise LookupError("a page is missing")
                await asyncio.to_thread(file.write, row["forms"])
                ids.append(row["ids"])
        self.ids = np.frombuffer(b"".join(ids), _ID)
        found: Layout = await self._apart(apart.lay_out, self.folder, job.parameters["learn"], CHUNK)
        job.counts |= {"customers": found.records, "blocks_cut": found.cut, "learnt": found.learnt}
        self.chunks, self.weights = found.chunks, await self._settle(found)

    async def _settle(self, found: Layout) -> dict[str, Any]:
        """Keep what was learnt, and put it to use; return the weights to score with."""
        job = self.job
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            settings = await CURRENT.one(tx.connection)
            if settings is None:
                raise LookupError("the settings have lost their row")
            self.review = settings["review"]
            if not job.parameters["learn"]:
                return settings["weights"] or found.weights
            learnt = {"weights": found.weights, "frequencies": found.frequencies, "learnt": found.learnt}
            await writes.KEEP_WEIGHTS.value(tx.connection, job_id=job.id, **learnt)
            seen = Condition(settings["version"])
            await SETTINGS.change(tx, SETTINGS_ID, {"weights_from": job.id}, seen)
        return found.weights

    async def compare(self) -> None:
        """Score chunk after chunk, and keep what is likely."""
        job, coming = self.job, {}
        first = job.checkpoint.get("chunk", 0)
        for chunk in range(first, self.chunks):
            for ahead in range(chunk, min(chunk + AT_ONCE, self.chunks)):
                if ahead not in coming:
                    coming[ahead] = asyncio.ensure_future(
                        self._apart(apart.compare_chunk, self.folder, ahead, self.weights, self.review)
                    )
            count, found = await coming.pop(chunk)
            await self._store(chunk, count, found)

    async def _store(self, chunk: int, count: int, found: list[Any]) -> None:
        job = self.job
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            for start in range(0, len(found), STORED):
                pairs = [self._pair(*each) for each in found[start : start + STORED]]
                given = {"pairs": pairs, "run": job.id}
                told = by(tx)
                await writes.STORE.all(tx.connection, **given, **told, at=tx.at, found_by=FoundBy.RUN)
                await writes.SEEN.all(tx.connection, **given)
            job.counts["pairs"] = job.counts.get("pairs", 0) + count
            done = READ + (COMPARED - READ) * (chunk + 1) / self.chunks
            await job.save(tx.connection, done, **{**job.checkpoint, "chunk": chunk + 1})

    def _pair(self, one: int, other: int, score: float, reasons: list[Any]) -> dict[str, Any]:
        first, second = sorted((self._id(at) for at in (one, other)), key=lambda id_: id_.int)
        return {"id": uuid7(), "one": first, "other": second, "score": score, "reasons": reasons}

    def _id(self, number: int) -> UUID:
        return UUID(bytes=self.ids[number].ljust(16, b"\0"))

    async def group(self) -> None:
        """Close what was not found again, and put the rest into clusters."""
        job = self.job
        edges = [edge async for edge in self._edges()]
        groups = await self._apart(apart.group, self.folder, [edge[1:] for edge in edges], self.weights)
        home = {member: group[0] for group in groups for member in group}
        for start in range(0, len(edges), MOVED):
            some = edges[start : start + MOVED]
            given = [{"id": id_, "cluster_id": self._home(home, one, other)} for id_, one, other, _ in some]
            await self._write(writes.CLUSTER, pairs=given)
        job.counts |= {"found": len(edges), "clusters": len(groups)}

    def _home(self, home: Mapping[int, int], one: int, other: int) -> UUID | None:
        """Return the cluster of a pair: none where its records are not in one."""
        return self._id(home[one]) if one in home and home[one] == home.get(other) else None

    async def _edges(self) -> AsyncIterator[tuple[UUID, int, int, float]]:
        """Close what was not found again; yield the other open pairs, of numbers, with their scores."""
        begun = datetime.fromisoformat(self.job.checkpoint["begun"])
        closed = MOVED
        while closed == MOVED:
            closed = await self._write(writes.CLOSE, begun=begun, run=self.job.id, limit=MOVED)
        last = UUID(int=0)
        while rows := await writes.EDGES.all(self.database.pool, last=last, limit=MOVED):
            last = rows[-1]["id"]
            for row in rows:
                one, other = self._number(row["one"]), self._number(row["other"])
                if one is not None and other is not None:
                    yield row["id"], one, other, row["score"]

    def _number(self, id_: UUID) -> int | None:
        """Return the number of a record, None if it was not read; records were read in the order of ids."""
        at = int(np.searchsorted(self.ids, np.array(id_.bytes, _ID)))
        return at if at < len(self.ids) and self.ids[at].ljust(16, b"\0") == id_.bytes else None

    async def _write(self, statement: Statement, **given: Any) -> int:  # noqa: ANN401 - values of columns
        async with self.database.begin(WORKER, at=self.clock()) as tx:
            told = by(tx)
            count: int = await statement.value(tx.connection, **given, **told, at=tx.at)
            return count

    async def _apart(self, do: Callable[..., Any], *given: Any) -> Any:  # noqa: ANN401 - whatever it is given
        return await asyncio.get_running_loop().run_in_executor(self.pool, do, *given)


def _clear(prefix: str) -> None:
    """Remove what a worker that was killed has left on this machine."""
    for left in Path(gettempdir()).glob(f"{prefix}*"):
        rmtree(left, ignore_errors=True)
