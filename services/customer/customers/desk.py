"""The desk: the customers that one transaction writes, locked, changed in memory, and stored together."""

from collections.abc import Iterable
from itertools import chain
from typing import Any
from uuid import UUID

from asyncpg import Record

from feed.write import by, tell
from keeping.keeper import refusal
from services.customer.attributes.rules import ANYTHING, Rules
from services.customer.base import FEED
from services.customer.customers import queries, writes
from services.customer.customers.documents import BLANK, Document, Patch, check_echo, revise, row_of
from services.customer.customers.drafts import CREATED, DELETED, MERGED, UNMERGED, UPDATED, Draft
from services.customer.customers.models import PERSONAL_FIELDS
from services.customer.customers.names import Name, as_row, names_of
from services.customer.customers.problems import CustomerNotFound, IdentityTaken, OutOfSight
from services.customer.customers.references import ID, Reference
from shared.auth import Principal, Visibility
from shared.database import Transaction
from shared.diff import changes
from shared.ids import uuid7
from shared.statements import Statement, Visible
from web.etag import Condition
from web.once import Again


class Desk:
    """The one way to write customers: one or a thousand, from single requests and from batches.

    `take` locks; `create`, `change` and `remove` work in memory, and one that is refused leaves no trace;
    `store` writes rows, names, feed and history of what changed, and nothing for what did not.
    `rules` are those of attributes that callers give; what is only moved about has passed them before.
    """

    def __init__(self, tx: Transaction, rules: Rules = ANYTHING) -> None:
        self.tx, self.at, self.rules = tx, tx.at.isoformat(), rules
        self.sight = _sight(tx.principal)
        self.drafts: dict[UUID, Draft] = {}  # those that the principal sees
        self.holders: dict[Name, UUID] = {}  # of the names that were asked for, seen or not
        self.referable: frozenset[str] = frozenset()  # ids that attributes may refer to
        self.former: dict[UUID, UUID] = {}  # of the ids that were asked for and merged away, who they are now

    @property
    def changed(self) -> list[Draft]:
        """What there is to store, in the order of ids."""
        return sorted((each for each in self.drafts.values() if each.steps), key=lambda each: each.id.int)

    @property
    def created(self) -> list[Draft]:
        """Those that are new, in the order in which they came."""
        return [draft for draft in self.changed if draft.is_new]

    async def take(self, ids: Iterable[UUID], names: Iterable[Name]) -> None:
        """Lock the customers with these ids and those that hold these names."""
        wanted = set(ids)
        await self._look(names)
        await self._lock(wanted)
        await self._follow(wanted)
        await self._expect({id_ for id_ in wanted if self.find(id_) is None})
        self._check_holders()

    async def look_up(self, patches: Iterable[Patch]) -> None:
        """Learn which customers the attributes in these patches refer to; no query where none does."""
        asked = (self.rules.references(patch.get("attributes")) for patch in patches)
        if wanted := sorted(filter(ID.fullmatch, chain.from_iterable(asked))):
            on, principal = self.tx.connection, self.tx.principal
            found = await queries.MEANT.all(on, principal, ids=list(map(UUID, wanted)))
            self.referable = frozenset(str(row["sought"]) for row in found)

    def find(self, id_: UUID) -> Draft | None:
        """Return the customer that an id asked for means: its own, or the one that it was merged into."""
        return self.drafts.get(self.former.get(id_, id_))

    async def pick(
        self, reference: Reference, names: Iterable[Name] = (), condition: Condition | None = None
    ) -> Draft:
        """Lock one customer, and those that hold the names it shall get; 412 at once for who is stale."""
        await self._look(names if reference.name is None else (reference.name, *names))
        id_ = reference.id or self.holders.get(reference.name)  # type: ignore[arg-type]  # one of the two is set
        if id_ is None:
            raise CustomerNotFound
        strict = condition is not None and not condition.disjoint
        narrowed = {"seen": condition.version if condition and strict else None}
        await self._lock((id_,), subject=id_, **narrowed)
        await self._follow({id_}, **narrowed)
        draft = self.find(id_)
        if draft is None:
            raise await self._refusal(id_, condition if strict else None)
        self._check_holders()
        return draft

    async def check(self, draft: Draft, condition: Condition, patch: Patch = BLANK) -> None:
        """Raise 412 unless the caller saw the newest version, or its patch is disjoint from later changes."""
        on = self.tx.connection
        await queries.HISTORY.check(on, draft.id, draft.version, seen=condition, patch=patch)

    def create(self, patch: Patch) -> Draft:
        """Put a new customer on the desk; by default it belongs where its writer sees it."""
        draft = Draft.new(uuid7())
        self._revise(draft, CREATED, {**self.sight, **patch})
        self.drafts[draft.id] = draft
        return draft

    def change(self, draft: Draft, patch: Patch) -> bool:
        """Apply a settled merge patch; False when it changes nothing."""
        return self._revise(draft, UPDATED, patch)

    def remove(self, draft: Draft) -> None:
        """Delete a customer softly: its names become free, its id is never given again."""
        draft.step(DELETED, draft.document, {"deleted_at": {"from": None, "to": self.at}}, self.at)

    async def recall(self, ids: Iterable[UUID], gone: Visible = queries.AWAY) -> None:
        """Lock records that were merged away; with queries.DELETED such that were deleted."""
        on, principal = self.tx.connection, self.tx.principal
        for id_, document in await gone.all(on, principal, ids=sorted(ids)):
            self.drafts[id_] = Draft.away(id_, document)

    def put_away(self, draft: Draft, into: UUID) -> None:
        """Let a record be merged: it stays as it is, unseen, and its names become free."""
        self._let_go(draft, draft.names)
        draft.step(MERGED, draft.document, {"merged_into": {"from": None, "to": str(into)}}, self.at)

    def bring_back(self, draft: Draft, document: Document, *, of: UUID, above: int) -> None:
        """Let a record be of its own again, in a version that none had `above` which callers may know."""
        self._check_names(draft, names_of(document))
        diff = {**changes(draft.document, document), "merged_into": {"from": str(of), "to": None}}
        draft.step(UNMERGED, document, diff, self.at, above)

    def replace(self, draft: Draft, document: Document, *, above: int = 0) -> bool:
        """Put a whole document, made of whole ones, in place of another; False when it is the same."""
        diff = changes(draft.document, document)
        if not diff:
            return False
        names = names_of(document)
        self._let_go(draft, draft.names - names)
        self._check_names(draft, names)
        self._check_sight(document)
        draft.step(UPDATED, document, diff, self.at, above)
        return True

    async def store(self, statement: Statement = writes.STORE) -> Record | None:
        """Write what changed, all but the repeated changes in one statement; None when nothing did."""
        changed = self.changed
        if not changed:
            return None
        await self._tell_earlier(changed)
        new = {name: draft.id for draft in changed for name in draft.names - draft.held}
        old = {name for draft in changed for name in draft.held - draft.names}
        if passed := sorted(new.keys() & old):  # from one of them to another
            handed = [as_row(name, customer_id=new.pop(name)) for name in passed]
            await writes.PASS.value(self.tx.connection, names=handed)
        names = [as_row(name, customer_id=new[name]) for name in sorted(new)]
        rows = [self._row(draft) for draft in changed]
        stored = await statement.one(self.tx.connection, **by(self.tx), names=names, rows=rows)
        if stored is None or stored["free"] < len(new):
            raise Again
        # Only then: who waits for a name must not hold back one that others wait for.
        if freed := sorted(old.difference(passed)):
            await writes.FREE.all(self.tx.connection, names=list(map(as_row, freed)))
        return stored

    async def store_one(self, draft: Draft) -> object:
        """Write what changed, and return the JSON of one customer."""
        on, principal = self.tx.connection, self.tx.principal
        row = await self.store(writes.STORE_AND_READ.to(principal)) or await queries.CUSTOMER.one(
            on, principal, id=draft.id
        )
        return row and row["data"]

    async def _look(self, names: Iterable[Name]) -> None:
        if sought := sorted(set(names)):
            found = await queries.HOLDERS.all(self.tx.connection, names=list(map(as_row, sought)))
            self.holders = {
                (system, kind, id_): customer_id for system, kind, id_, customer_id in found if customer_id
            }

    async def _lock(self, ids: Iterable[UUID], **narrowed: object) -> None:
        if wanted := {*ids, *self.holders.values()}:
            on, principal = self.tx.connection, self.tx.principal
            locked = await queries.LOCKED.all(on, principal, ids=sorted(wanted), **narrowed)
            self.drafts |= {id_: Draft.of(id_, document) for id_, document in locked}

    async def _follow(self, ids: set[UUID], **narrowed: object) -> None:
        """Lock whom those of the ids mean that were merged away; begin again if a merge is just undone."""
        missing = ids - self.drafts.keys()
        if not missing:
            return
        self.former = await queries.current_ids(self.tx.connection, missing)
        if now := {*self.former.values()}:
            await self._lock(ids - missing | now, subject=min(now), **narrowed)
        for id_, draft in ((id_, self.find(id_)) for id_ in self.former):
            if draft is not None and str(id_) not in draft.document["merged_ids"]:
                raise Again

    async def _expect(self, missing: set[UUID]) -> None:
        """Begin again if one who was not there to be locked is there now: a merge was just undone or made."""
        if missing and await queries.MEANT.all(self.tx.connection, self.tx.principal, ids=list(missing)):
            raise Again

    async def _refusal(self, id_: UUID, condition: Condition | None) -> Exception:
        """Say why a customer could not be locked: it is not there, or not in the version that was seen."""
        on = self.tx.connection
        try:
            row = await queries.fetch(on, self.tx.principal, Reference(id_))
        except CustomerNotFound as problem:
            return problem
        if condition is not None:
            await queries.HISTORY.check(on, row["id"], row["version"], seen=condition)
        return Again()

    async def _tell_earlier(self, changed: Iterable[Draft]) -> None:
        """Tell of changes that later ones in the same batch followed."""
        steps = [step for draft in changed for step in draft.steps[:-1]]
        for type_ in (CREATED, UPDATED):
            await tell(self.tx, FEED, type_, [change for kind, change in steps if kind == type_])

    def _row(self, draft: Draft) -> dict[str, Any]:
        type_, change = draft.steps[-1]
        return {
            **row_of(draft.document, self.at if draft.is_deleted else None),
            "type": type_,
            "diff": change.diff,
            "owner_before": change.owner,
            "department_before": change.department,
        }

    def _revise(self, draft: Draft, type_: str, patch: Patch) -> bool:
        if problem := refusal(self.tx.principal, PERSONAL_FIELDS, patch):
            raise problem
        check_echo(draft.document, patch)
        document = revise(draft.document, patch, uuid7)
        self._apply_rules(draft.document, document, patch)
        diff = changes(draft.document, document)
        if not diff:
            return False
        names = names_of(document) if "identities" in diff else set()
        self._check_names(draft, names)
        self._check_sight(document)
        self.holders.update(dict.fromkeys(names, draft.id))
        draft.step(type_, document, diff, self.at)
        return True

    def _let_go(self, draft: Draft, names: Iterable[Name]) -> None:
        for name in names:
            if self.holders.get(name) == draft.id:
                del self.holders[name]

    def _apply_rules(self, before: Document, document: dict[str, Any], patch: Patch) -> None:
        kind, new = document["kind"], "version" not in before
        if new or "attributes" in patch or kind != before["kind"]:
            document["attributes"] = self.rules.settled(
                kind,
                before["attributes"],
                document["attributes"],
                whole=new or kind != before["kind"],
                there=self.referable,
            )

    def _check_names(self, draft: Draft, names: set[Name]) -> None:
        for name in names:
            holder = self.holders.get(name, draft.id)
            if holder != draft.id:
                raise IdentityTaken(holder if holder in self.drafts else None)

    def _check_sight(self, document: Document) -> None:
        if any(value is None or document[field] != value for field, value in self.sight.items()):
            raise OutOfSight

    def _check_holders(self) -> None:
        """Begin again when a name changed hands between the look and the lock."""
        for name, id_ in self.holders.items():
            draft = self.drafts.get(id_)
            if (draft is None and not self.sight) or (draft is not None and name not in draft.names):
                raise Again


def _sight(principal: Principal) -> dict[str, str | None]:
    """Return the fields, and their values, of every customer that this principal sees."""
    if principal.visibility is Visibility.OWN:
        return {"owner": principal.id}
    return {"department": principal.department} if principal.visibility is Visibility.DEPARTMENT else {}
