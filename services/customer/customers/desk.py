"""The desk: the customers that one transaction writes, locked, changed in memory, and stored together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.customer.base import FEED
from services.customer.customers import queries, writes
from services.customer.customers.diff import changes
from services.customer.customers.documents import BLANK, Document, Patch, check_echo, revise, row_of
from services.customer.customers.names import Name, arrays, names_of
from services.customer.customers.problems import CustomerNotFound, IdentityTaken, OutOfSight
from services.customer.customers.references import Reference
from shared.auth import Principal, Visibility
from shared.database import Transaction
from shared.feed.write import Change, tell
from shared.ids import uuid7
from shared.once import Again
from shared.statements import Statement

CREATED, UPDATED, DELETED = "customer.created", "customer.updated", "customer.deleted"


@dataclass(slots=True)
class Draft:
    """One customer as it is stored (blank if it is not), as it will be, and the changes that lead there."""

    id: UUID
    stored: Document
    document: Document
    steps: list[tuple[str, Change]] = field(default_factory=list)

    @property
    def version(self) -> int:
        """The version of the document; 0 before the customer is created."""
        version: int = self.document.get("version", 0)
        return version

    @property
    def is_new(self) -> bool:
        """Whether nothing is stored yet."""
        return self.stored is BLANK

    @property
    def deleted(self) -> bool:
        """Whether the last change removed the customer."""
        return bool(self.steps) and self.steps[-1][0] == DELETED

    @property
    def names(self) -> set[Name]:
        """The names that will lead to the customer."""
        return set() if self.deleted else names_of(self.document)


class Desk:
    """The one way to write customers: one or a thousand, from single requests and from batches.

    `take` locks; `create`, `change` and `remove` work in memory, and one that is refused leaves no trace;
    `store` writes rows, names, feed and history of what changed, and nothing for what did not.
    """

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.drafts: dict[UUID, Draft] = {}  # those that the principal sees
        self.holders: dict[Name, UUID] = {}  # of the names that were asked for, seen or not

    @property
    def changed(self) -> list[Draft]:
        """What there is to store, in the order of ids."""
        return sorted((each for each in self.drafts.values() if each.steps), key=lambda each: each.id)

    async def take(self, ids: Iterable[UUID], names: Iterable[Name]) -> None:
        """Lock the customers with these ids and those that hold these names."""
        on = self.tx.connection
        if sought := sorted(set(names)):
            found = await queries.HOLDERS.all(on, **arrays(sought))
            self.holders = {
                (row["system"], row["kind"], row["external_id"]): row["customer_id"] for row in found
            }
        if wanted := {*ids, *self.holders.values()}:
            locked = await queries.LOCKED.all(on, self.tx.principal, ids=sorted(wanted))
            self.drafts = {row["id"]: Draft(row["id"], row["document"], row["document"]) for row in locked}
        self._check_holders()

    async def pick(self, reference: Reference, names: Iterable[Name] = ()) -> Draft:
        """Lock one customer, and those that hold the names it shall get."""
        own = () if reference.name is None else (reference.name,)
        await self.take(() if reference.id is None else (reference.id,), (*own, *names))
        id_ = reference.id or self.holders.get(reference.name)  # type: ignore[arg-type]  # one of the two is set
        if id_ not in self.drafts:
            raise CustomerNotFound
        return self.drafts[id_]

    def create(self, patch: Patch) -> Draft:
        """Put a new customer on the desk; by default it belongs where its writer sees it."""
        draft = Draft(uuid7(), BLANK, BLANK)
        check_echo(BLANK, patch)
        self._step(draft, CREATED, revise(BLANK, {**_in_sight(self.tx.principal), **patch}, uuid7))
        self.drafts[draft.id] = draft
        return draft

    def change(self, draft: Draft, patch: Patch) -> bool:
        """Apply a settled merge patch; False when it changes nothing."""
        check_echo(draft.document, patch)
        return self._step(draft, UPDATED, revise(draft.document, patch, uuid7))

    def remove(self, draft: Draft) -> None:
        """Delete a customer softly: its names become free, its id is never given again."""
        gone = {"deleted_at": {"from": None, "to": self.tx.at.isoformat()}}
        self._advance(draft, DELETED, draft.document, gone)

    async def store(self, statement: Statement = writes.STORE) -> list[Record]:
        """Write what changed; returns what the statement does."""
        changed = self.changed
        if not changed:
            return []
        await self._store_names(changed)
        rows = [row_of(draft.document, self.tx.at if draft.deleted else None) for draft in changed]
        stored = await statement.all(self.tx.connection, rows=rows)
        steps = [step for draft in changed for step in draft.steps]
        for type_ in (CREATED, UPDATED, DELETED):
            await tell(self.tx, FEED, type_, [change for kind, change in steps if kind == type_])
        return stored

    async def store_one(self, draft: Draft) -> object:
        """Write what changed, and return the JSON of one customer."""
        rows = await self.store(writes.STORE_AND_READ)
        rows = rows or await queries.CUSTOMER.all(self.tx.connection, self.tx.principal, id=draft.id)
        data: object = rows[0]["data"]
        return data

    def _step(self, draft: Draft, type_: str, document: Document) -> bool:
        diff = changes(draft.document, document)
        if not diff:
            return False
        if "identities" in diff:
            self._check_names(draft, names_of(document))
        if not _sees(self.tx.principal, document):
            raise OutOfSight
        self.holders.update(dict.fromkeys(names_of(document), draft.id))
        self._advance(draft, type_, document, diff)
        return True

    def _advance(self, draft: Draft, type_: str, document: Document, diff: Mapping[str, Any]) -> None:
        at, version, before = self.tx.at.isoformat(), draft.version + 1, draft.document
        first = {"id": str(draft.id), "created_at": at}
        draft.document = {**first, **document, "version": version, "updated_at": at}
        draft.steps.append((type_, Change(draft.id, version, diff, before["owner"], before["department"])))

    def _check_names(self, draft: Draft, names: set[Name]) -> None:
        for name in sorted(names):
            holder = self.holders.get(name, draft.id)
            if holder != draft.id:
                raise IdentityTaken(holder if holder in self.drafts else None)

    def _check_holders(self) -> None:
        """Begin again when a name changed hands between the look and the lock."""
        for name, id_ in self.holders.items():
            draft = self.drafts.get(id_)
            if draft is None:
                if self.tx.principal.visibility is Visibility.ALL:
                    raise Again
            elif name not in draft.names:
                raise Again

    async def _store_names(self, changed: Iterable[Draft]) -> None:
        """Take new names, then free old ones: who waits for a name frees none that others wait for."""
        new = sorted((name, draft.id) for draft in changed for name in draft.names - names_of(draft.stored))
        old = sorted(name for draft in changed for name in names_of(draft.stored) - draft.names)
        on = self.tx.connection
        if new:
            names = [name for name, _ in new]
            taken = await writes.NAME.all(on, **arrays(names), holders=[id_ for _, id_ in new])
            if len(taken) < len(new):
                raise Again
        if old:
            await writes.FREE.all(on, **arrays(old))


def _sees(principal: Principal, document: Document) -> bool:
    return all(value is not None and document[name] == value for name, value in _in_sight(principal).items())


def _in_sight(principal: Principal) -> dict[str, str | None]:
    """Return the fields that a customer has if this principal sees it."""
    if principal.visibility is Visibility.OWN:
        return {"owner": principal.id}
    return {"department": principal.department} if principal.visibility is Visibility.DEPARTMENT else {}
