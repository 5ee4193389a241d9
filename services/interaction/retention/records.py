"""Walking over the records of a kind, window by window: what is due, with what belongs to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.interaction.records.kinds import Kind
from services.interaction.retention.disposing import belonging, disposal
from services.interaction.retention.reach import DATED, PARTS
from services.interaction.retention.tasks import Task
from shared.database import Transaction

WINDOW = 10_000  # ids that one transaction looks at
ROWS = 1_000  # records that it takes at most; fewer of a kind to which others belong


@dataclass(slots=True)
class Step:
    """What a window of a walk came to; `after` is where the next one begins, None when there is none."""

    after: UUID | None
    due: int = 0
    gone: int = 0
    parts: int = 0
    held: int = 0
    waiting: int = 0
    oldest: datetime | None = None


@dataclass(slots=True)
class _Whole:
    """Records that go together: ids by kind, and of each the first of them, whose time it is."""

    of: dict[Kind, dict[UUID, UUID]] = field(default_factory=dict)
    staying: set[UUID] = field(default_factory=set)

    def ids(self, kind: Kind) -> list[UUID]:
        return [id_ for id_, first in self.of[kind].items() if first not in self.staying]


async def walk(tx: Transaction, task: Task, after: UUID, times: Mapping[str, datetime], *, dry: bool) -> Step:
    """Look at the next window, and do what the rule says unless this is only to count."""
    kind = DATED[task.kind]
    its, rows = disposal(kind), max(1, ROWS // (1 + len(PARTS[kind.name])))
    end = await its.window.value(tx.connection, after=after, rows=WINDOW)
    if end is None:
        return Step(None)
    given: dict[str, Any] = {"after": after, "upto": end, **times}
    given |= {"only": task.only, "but": task.but, "rows": rows}
    found = await (its.full if dry else its.due)[task.action].all(tx.connection, **given)
    free = {_plain(row["id"]): row["occurred_at"] for row in found if not row["held"]}
    whole = _Whole({kind: {id_: id_ for id_ in free}})
    if task.action == "delete":
        await _gather(tx, kind, whole, times)
    goes = {each: whole.ids(each) for each in whole.of}
    for each, ids in reversed(goes.items()) if not dry else ():
        await disposal(each).take(tx, task.action, ids)
    gone = goes[kind]
    return Step(
        _plain(found[-1]["id"] if len(found) == rows else end),
        due=len(found),
        gone=len(gone),
        parts=sum(map(len, goes.values())) - len(gone),
        held=len(found) - len(free),
        waiting=len(free) - len(gone),
        oldest=min((free[id_] for id_ in gone), default=None),
    )


async def _gather(tx: Transaction, kind: Kind, whole: _Whole, times: Mapping[str, datetime]) -> None:
    """Add what belongs to the records of a kind, and what belongs to that; note what has to stay."""
    ids = list(whole.of[kind])
    for part, statement in belonging(kind.name) if ids else ():
        mine = whole.of.setdefault(part, {})
        new: Sequence[Any] = await statement.all(tx.connection, ids=ids, **times)
        for row in new:
            first = whole.of[kind][_plain(row["whole"])]
            mine[_plain(row["id"])] = first
            whole.staying |= {first} if row["stays"] else set()
        if new:
            await _gather(tx, part, whole, times)


def _plain(id_: UUID) -> UUID:
    return UUID(int=id_.int)  # asyncpg's own kind of UUID does not compare with others
