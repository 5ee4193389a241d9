"""Imports of mailboxes: read part by part, taken in batch by batch; killed, it goes on where it was."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import asyncpg
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from jobs.life import Failed, Job
from services.interaction.identities.actions import recognise
from services.interaction.identities.asking import Customers
from services.interaction.interactions.catalogue import Direction
from services.interaction.mail import uploading
from services.interaction.mail.mbox import LONGEST, Piece, Splitter
from services.interaction.mail.messages import Mail
from services.interaction.mail.models import MailReject
from services.interaction.mail.owners import Own, direction
from services.interaction.mail.parsing import parse
from services.interaction.mail.queries import settings
from services.interaction.mail.whose import Correspondents
from services.interaction.mail.writing import Letter, take_in
from services.interaction.records.drafts import Result
from shared.auth import Principal
from shared.clock import Clock, utc_now
from shared.database import Database
from shared.statements import Runner, Statement
from web.once import Again

KIND = "mail_import"
AT_ONCE, AT_ONCE_BYTES = 50, 8 << 20  # mails of one transaction
ATTEMPTS = 8
NOTHING = {"messages": 0, "created": 0, "unchanged": 0, "rejected": 0, "bytes": 0}  # counted yet
TOO_LONG = f"It is longer than {LONGEST >> 20} MiB."
EMPTY = "It is empty."
_columns = MailReject.__table__.columns
_REJECT = Statement(
    insert(MailReject)
    .values({c.name: bindparam(c.name, type_=c.type) for c in _columns})
    .on_conflict_do_nothing()
)


class MailImport:
    """Does the jobs of this kind; the checkpoint is the first byte of the next message."""

    def __init__(self, database: Database, customers: Customers, clock: Clock = utc_now) -> None:
        self.database, self.customers, self.clock = database, customers, clock

    async def __call__(self, job: Job) -> None:
        """Do a job from its checkpoint on."""
        own, keep_up_to = await settings(self.database.pool)
        one = _One(self, job, own, keep_up_to)
        await one.run()
        await uploading.DROP.value(self.database.pool, upload=UUID(job.parameters["upload"]))


class _One:
    """One import on its way."""

    def __init__(self, work: MailImport, job: Job, own: Own, keep_up_to: int) -> None:
        self.database, self.clock, self.job, self.own, self.keep_up_to = (
            work.database,
            work.clock,
            job,
            own,
            keep_up_to,
        )
        self.upload = UUID(job.parameters["upload"])
        self.who = Principal(job.requested_by, frozenset(), source=job.parameters["source"])
        self.whose = Correspondents(work.customers, work.database.pool, own)
        self.sizes: dict[int, int] = {}

    async def run(self) -> None:
        job = self.job
        self.sizes = await uploading.sizes(self.database.pool, self.upload, job.requested_by)
        if sorted(self.sizes) != list(range(1, job.parameters["parts"] + 1)):
            raise Failed("parts of the mailbox are missing")
        if not job.checkpoint:
            job.counts = dict(NOTHING)
        batch: list[Piece] = []
        async for piece in self._pieces(job.checkpoint.get("at", 0)):
            if batch and (len(batch) == AT_ONCE or sum(p.size for p in batch) + piece.size > AT_ONCE_BYTES):
                await self._take(batch, piece.start)
                batch = []
            batch.append(piece)
        await self._take(batch, sum(self.sizes.values()))

    async def _pieces(self, start: int) -> AsyncIterator[Piece]:
        splitter, begins = Splitter(start), 0
        for number, size in sorted(self.sizes.items()):
            if begins + size > start:
                raw = await uploading.read(self.database.pool, self.upload, number)
                for piece in splitter.feed(raw[max(0, start - begins) :]):
                    yield piece
            begins += size
        for piece in splitter.close():
            yield piece

    async def _take(self, batch: Sequence[Piece], after: int) -> None:
        """Take in a batch, count it, and save where the next one begins, all or nothing."""
        letters = await self._letters(batch)
        keys = {each.customer for each in letters if each is not None}
        people = await recognise(self.database.pool, self.whose.customers, keys)
        counts = dict(self.job.counts)
        for attempt in range(ATTEMPTS):
            self.job.counts = dict(counts)
            try:
                async with self.database.begin(self.who, at=self.clock()) as tx:
                    there = [each for each in letters if each is not None]
                    told = iter(await take_in(tx, there, people, own=self.own, keep_up_to=self.keep_up_to))
                    for piece, letter in zip(batch, letters, strict=True):
                        reason = _reason(piece, None if letter is None else next(told))
                        await self._count(tx.connection, piece, reason)
                    await self.job.save(tx.connection, after / max(sum(self.sizes.values()), 1), at=after)
            except (Again, asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                await asyncio.sleep(0.05 * 2**attempt)
            else:
                return
        raise OSError("other writers want the same mails")

    async def _letters(self, batch: Sequence[Piece]) -> list[Letter | None]:
        """Return what is to be taken in of each message; None where there is nothing."""
        there = [(n, piece.raw) for n, piece in enumerate(batch) if piece.raw and piece.raw.strip()]
        parsed = [await asyncio.to_thread(parse, raw, envelope=batch[n].envelope) for n, raw in there]
        sent = [(mail, self._towards(mail)) for mail in parsed]
        letters: list[Letter | None] = [None] * len(batch)
        for (n, raw), (mail, towards), who in zip(there, sent, await self.whose.of(sent), strict=True):
            letters[n] = Letter(mail, raw, towards, who)
        return letters

    def _towards(self, mail: Mail) -> Direction:
        given = self.job.parameters["direction"]
        return Direction(given) if given else direction(mail, self.own)

    async def _count(self, on: Runner, piece: Piece, outcome: str) -> None:
        counts = self.job.counts
        counts["messages"] += 1
        counts["bytes"] += piece.size
        if outcome in {"created", "unchanged"}:
            counts[outcome] += 1
            return
        counts["rejected"] += 1
        where = {"number": counts["messages"], "offset": piece.start, "size": piece.size}
        await _REJECT.value(on, job_id=self.job.id, **where, reason=outcome)


def _reason(piece: Piece, told: Result | UUID | None) -> str:
    """Return what became of a message: "created", "unchanged", or why it was rejected."""
    if told is None:
        return TOO_LONG if piece.raw is None else EMPTY
    if isinstance(told, UUID):
        return "unchanged"
    return "created" if told.problem is None else told.problem.detail
