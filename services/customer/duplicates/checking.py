"""Checking new customers before they are stored: what the application hands to the slice of customers."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from feed.write import by
from services.customer.customers import contacts
from services.customer.customers.checking import Found
from services.customer.customers.drafts import Draft
from services.customer.customers.likeness import OnDuplicate
from services.customer.customers.models import Customer
from services.customer.customers.queries import originals
from services.customer.duplicates import writes
from services.customer.duplicates.frequencies import Frequencies
from services.customer.duplicates.matching import Likeness, Scorer
from services.customer.duplicates.queries import CURRENT, KEPT, MODE
from services.customer.duplicates.reading import ONE
from services.customer.duplicates.records import record
from services.customer.duplicates.schemas import DuplicateStatus, FoundBy
from services.customer.duplicates.weights import Weights
from shared.auth import Principal
from shared.database import Database, Transaction
from shared.ids import uuid7
from shared.statements import Runner, visible

FRESH_S = 2.0  # for so long a process need not look at the settings again
_SEEN = visible(select(Customer.id).where(Customer.id == any_(bindparam("ids", type_=ARRAY(Uuid)))), Customer)


class Checker:
    """Knows the settings as they were a moment ago, and what the weights in use are."""

    def __init__(self) -> None:
        self._mode, self._version, self._until = OnDuplicate.OFF, 0, 0.0
        self._scorer: tuple[int, Scorer] | None = None

    async def check(self, database: Database, on_duplicate: OnDuplicate | None) -> "Look | None":
        """Return a check, None when nothing is to be checked: that costs no more than a look at the clock."""
        await self._refresh(database.pool)
        mode = on_duplicate or self._mode
        if mode is OnDuplicate.OFF:
            return None
        return Look(await self.scorer(database.pool), mode is OnDuplicate.REFUSE)

    async def scorer(self, on: Runner) -> Scorer:
        """Return the weights in use; they are read anew when the settings have changed."""
        await self._refresh(on)
        if self._scorer is None or self._scorer[0] != self._version:
            row = await CURRENT.one(on)
            if row is None:
                raise LookupError("the settings have lost their row")
            learnt = row["weights"] is not None
            weights = Weights.read(row["weights"]) if learnt else Weights.believed()
            frequencies = Frequencies.read(row["frequencies"]) if learnt else Frequencies()
            self._scorer = row["version"], Scorer(weights, frequencies, row["review"])
        return self._scorer[1]

    async def _refresh(self, on: Runner) -> None:
        now = time.monotonic()
        if now >= self._until and (row := await MODE.one(on)) is not None:
            self._mode, self._version = OnDuplicate(row["on_write"]), row["version"]
            self._until = now + FRESH_S

    def forget(self) -> None:
        """Look at the settings at the next request: they were changed here."""
        self._until = 0.0


@dataclass
class Look:
    """The check of one transaction."""

    scorer: Scorer
    refuses: bool
    pairs: list[tuple[Likeness, UUID]] = field(default_factory=list)  # with the id of the pair
    drafts: set[UUID] = field(default_factory=set)
    seen: set[UUID] = field(default_factory=set)

    async def look(self, tx: Transaction, drafts: Sequence[Draft]) -> Found:
        """Return whom the drafts are like: those stored whom the principal sees, and earlier drafts."""
        if not drafts:
            return {}
        keys = {draft.id: contacts.keys(draft.document["contact_points"]) for draft in drafts}
        given = {draft.id: record({**draft.document, "contact_keys": keys[draft.id]}) for draft in drafts}
        every = sorted({key for some in keys.values() for key in some})
        found = await self.scorer.match(tx.connection, given, every)
        self.pairs = [(each, uuid7()) for each in found]
        stored = list({each.other for each in found} - given.keys())
        rows = await _SEEN.all(tx.connection, tx.principal, ids=stored) if stored else []
        self.drafts, self.seen = set(given), {row["id"] for row in rows} | given.keys()
        return self._told(kept=False)

    async def keep(self, tx: Transaction, drafts: Sequence[Draft]) -> Found:
        """Put the pairs of those that were stored into the queue; return them with their ids there."""
        refused = self.drafts - {draft.id for draft in drafts}
        self.pairs = [(each, id_) for each, id_ in self.pairs if not refused & {each.one, each.other}]
        if self.pairs:
            told = {**by(tx), "at": tx.at, "run": None, "found_by": FoundBy.WRITE}
            await writes.STORE.all(tx.connection, pairs=[_row(each, id_) for each, id_ in self.pairs], **told)
        return self._told(kept=True)

    def _told(self, *, kept: bool) -> dict[UUID, list[dict[str, Any]]]:
        """Return what to tell of each draft; of two drafts it is told of the later one."""
        found: dict[UUID, list[dict[str, Any]]] = {}
        for each, id_ in self.pairs:
            draft, like = (each.other, each.one) if each.other in self.drafts else (each.one, each.other)
            if like in self.seen:
                found.setdefault(draft, []).append(shown(each, like, id_ if kept else None))
        return found


async def like(on: Runner, principal: Principal, scorer: Scorer, whose: Record) -> list[dict[str, Any]]:
    """Return who may be the same as a customer, among those whom the principal sees; none dismissed."""
    customer = whose["id"]
    row = await ONE.one(on, id=customer)
    if row is None:  # deleted since it was found
        return []
    mine = record(document := orjson.loads(row["record"]))
    found = await scorer.match(on, {customer: mine}, document["contact_keys"])
    others = [each.other for each in found]
    kept = {row["like"]: row for row in await KEPT.all(on, mine=originals(whose), ids=others)}
    seen = {row["id"] for row in await _SEEN.all(on, principal, ids=others)}
    dismissed = {id_ for id_, row in kept.items() if row["status"] == DuplicateStatus.DISMISSED}
    return [
        shown(each, each.other, kept[each.other]["id"] if each.other in kept else None)
        for each in found
        if each.other in seen - dismissed
    ]


def shown(each: Likeness, like: UUID, duplicate_id: UUID | None) -> dict[str, Any]:
    """Return a likeness as DuplicateFound."""
    return {
        "customer_id": like,
        "score": each.score,
        "probability": each.probability,
        "reasons": each.reasons,
        "duplicate_id": duplicate_id,
    }


def _row(each: Likeness, id_: UUID) -> dict[str, Any]:
    one, other = sorted((each.one, each.other), key=lambda id_: id_.int)
    return {"id": id_, "one": one, "other": other, "score": each.score, "reasons": each.reasons}
