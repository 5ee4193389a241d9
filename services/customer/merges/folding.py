"""Folding: what becomes of the records of a group, in memory, and what is kept so that it can be undone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.customer.customers.desk import Desk
from services.customer.customers.documents import MAX_ATTRIBUTES, MAX_MEMBERS, MEMBERS, Document
from services.customer.customers.schemas import MAX_TAGS
from services.customer.merges import statements
from services.customer.merges.groups import Group
from services.customer.merges.problems import TooMuchTogether
from services.customer.merges.survivorship import Decision, applied
from shared.database import Transaction
from shared.ids import uuid7

_LIMITS = {**dict.fromkeys(MEMBERS, MAX_MEMBERS), "tags": MAX_TAGS}


@dataclass(frozen=True, slots=True)
class Folded:
    """A merge that is done on the desk: what was decided, and the survivor before."""

    group: Group
    decisions: Sequence[Decision]
    before: Document

    def images(self) -> dict[str, Document]:
        """Return what an undo needs of the survivor."""
        return {"before": self.before, "after": self.group.survivor.document}

    def row(self, tx: Transaction, reason: str | None, undoable: timedelta) -> dict[str, Any]:
        """Return the columns of the merge; the id is new."""
        return {
            "id": uuid7(),
            "survivor_id": self.group.survivor.id,
            "survivor_version": self.group.survivor.version,
            "duplicate_ids": [each.id for each in self.group.others],
            "reason": reason,
            "decisions": [asdict(each) for each in self.decisions],
            "kept": self.images(),
            "created_at": tx.at,
            "created_by": tx.principal.id,
            "undoable_until": tx.at + undoable,
            "undone_at": None,
            "undone_by": None,
            "undo": None,
        }


def fold(desk: Desk, group: Group, decisions: Sequence[Decision]) -> Folded:
    """Change the survivor to what was decided, and put the others away.

    Its version goes above theirs: nobody's If-Match from before the merge fits what the old id means now.
    """
    survivor = group.survivor
    merged = [id_ for each in group.all for id_ in each.document["merged_ids"]]
    ids = [*merged, *(str(each.id) for each in group.others)]
    document = {**applied(survivor.document, decisions), "merged_ids": ids}
    _check_limits(document)
    folded = Folded(group, decisions, survivor.document)
    highest = max(each.version for each in group.all)
    for each in group.others:
        desk.put_away(each, survivor.id)
    desk.replace(survivor, document, above=highest)
    return folded


async def keep(tx: Transaction, folded: Folded, row: Mapping[str, Any]) -> None:
    """Write the merge, and who the ids of its records mean now."""
    survivor, others = folded.group.survivor.id, folded.group.others
    before = [UUID(id_) for each in others for id_ in each.document["merged_ids"]]
    await statements.MOVE.value(tx.connection, ids=before, current_id=survivor)
    taken = {"ids": [each.id for each in others], "current_id": survivor, "merge_id": row["id"]}
    await statements.TAKE.value(tx.connection, **taken)
    await statements.KEEP.value(tx.connection, **row)


def preview(folded: Folded, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what would be told of the merge; it has no id."""
    hidden = ("decisions", "kept", "survivor_version")
    shown = {name: value for name, value in row.items() if name not in hidden}
    survivor = {**folded.group.survivor.document, "masked": []}
    return {**shown, "id": None, "fields": row["decisions"], "survivor": survivor, "masked": []}


def _check_limits(document: Document) -> None:
    for name, most in _LIMITS.items():
        if len(document[name]) > most:
            raise TooMuchTogether(name, most, len(document[name]))
    long = len(json.dumps(document["attributes"]))
    if long > MAX_ATTRIBUTES:
        raise TooMuchTogether("attributes", MAX_ATTRIBUTES, long)
