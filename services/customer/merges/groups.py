"""Groups: which records the references of a merge mean, locked, each once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.customer.customers.desk import Desk
from services.customer.customers.drafts import Draft
from services.customer.customers.names import identities
from services.customer.customers.problems import CustomerNotFound
from services.customer.customers.queries import current_ids
from services.customer.customers.references import Reference
from services.customer.merges.problems import SelfMerge
from services.customer.merges.queries import BEARERS, WRITTEN
from services.customer.merges.statements import TAKEN_BY
from services.customer.merges.survivorship import Policy, Record, Written, disputed, value_of
from shared.errors import FieldError, Invalid
from shared.statements import Runner
from web.once import Again


@dataclass(frozen=True, slots=True)
class Group:
    """The survivor, the records to fold into it, and the ids of those that were folded into it before."""

    survivor: Draft
    others: Sequence[Draft]
    folded: Sequence[UUID]

    @property
    def all(self) -> list[Draft]:
        """The survivor first."""
        return [self.survivor, *self.others]


async def gather(
    desk: Desk, survivor: Reference, duplicates: Sequence[Reference], more: Iterable[Reference]
) -> Group:
    """Lock whom the references mean now; `more` are references that must be of the group, too.

    All are looked up before any is locked, and locked in one order: merges that overlap wait for each other.
    """
    on, every = desk.tx.connection, [survivor, *duplicates, *more]
    ids = {each.id for each in every if each.id is not None}
    now = await current_ids(on, ids)
    await desk.take(
        {now.get(id_, id_) for id_ in ids}, {each.name for each in every if each.name is not None}
    )
    if desk.former or now != await current_ids(on, ids):
        raise Again
    desk.former = now
    whole, others, folded = _meant(desk, survivor), dict[UUID, Draft](), list[UUID]()
    for index, each in enumerate(duplicates):
        draft = _meant(desk, each)
        if draft.id != whole.id:
            others[draft.id] = draft
            continue
        origin, first = [await _origin(on, one, whole) for one in (each, survivor)]
        if origin == first:
            raise SelfMerge(index)
        folded.append(origin if origin != whole.id else first)
    return Group(whole, list(others.values()), folded)


def chosen(desk: Desk, group: Group, values: Mapping[str, Reference]) -> dict[str, UUID]:
    """Return the records whose values were chosen by hand; Invalid for one that is not of the group."""
    found = {name: _meant(desk, each).id for name, each in values.items()}
    known = {each.id for each in group.all}
    detail = "This is none of the records to be merged."
    errors: list[FieldError] = [
        {"pointer": f"/values/{name}", "code": "not_of_the_group", "detail": detail}
        for name, id_ in found.items()
        if id_ not in known
    ]
    if errors:
        raise Invalid(detail, errors=errors)
    return found


async def earlier(on: Runner, folded: Sequence[UUID]) -> UUID:
    """Return the last merge that folded one of these records."""
    row = await TAKEN_BY.one(on, ids=folded)
    if row is None:
        raise Again
    return UUID(int=row["merge_id"].int)


async def records(on: Runner, group: Group, policy: Policy) -> list[Record]:
    """Return the records as survivorship wants them, with when their disputed fields were last written."""
    plain = [Record(each.id, each.document) for each in group.all]
    names = disputed(plain, policy)
    wanted = [row for each in plain for name in names for row in _questions(each, name)]
    rows = await WRITTEN.all(on, wanted=wanted) if wanted else ()
    written = {(row["record"], row["field"]): Written(row["at"], row["source"]) for row in rows}
    return [
        Record(each.id, each.document, {n: written[each.id, n] for n in names if (each.id, n) in written})
        for each in plain
    ]


def _questions(record: Record, name: str) -> list[dict[str, Any]]:
    value = value_of(record.document, name)
    subjects = [record.document["id"], *record.document["merged_ids"]]
    return [{"record": record.id, "subject": each, "field": name, "value": value} for each in subjects]


def _meant(desk: Desk, reference: Reference) -> Draft:
    id_ = reference.id if reference.name is None else desk.holders.get(reference.name)
    draft = None if id_ is None else desk.find(id_)
    if draft is None:
        raise CustomerNotFound
    return draft


async def _origin(on: Runner, reference: Reference, whole: Draft) -> UUID:
    """Return the id of the record that a reference to a merged customer was of, before it was merged."""
    if reference.id is not None:
        return reference.id
    named = identities([reference.name] if reference.name else [])
    row = await BEARERS.one(on, current_id=whole.id, named=named)
    return whole.id if row is None else UUID(int=row["id"].int)
