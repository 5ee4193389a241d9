"""Known ways to build a merge or its undo wrongly, each with the check of the walk that must catch it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from feed.consumer import Received
from services.customer.customers.names import names_of
from services.customer.merges import actions, restoring, undoing
from services.interaction.identities import following as of_interaction
from services.scoring import following as of_scoring
from shared.database import Transaction

Plant = Callable[[pytest.MonkeyPatch], None]
_MOVE = """update interaction.orders o set customer_id = i.current_id from interaction.identities i
    where i.original_id = o.customer_id and i.current_id <> o.customer_id"""


def leave_a_name(patch: pytest.MonkeyPatch) -> None:
    """Undo: one name of the record that comes back stays with the survivor."""
    taken = undoing._names

    def left(before: Any, after: Any, now: Any) -> Any:
        found, clashes = taken(before, after, now)
        came = [each for each in now if each not in found]
        return [*found, *came[:1]], clashes

    patch.setitem(undoing._WAYS, "identities", left)  # type: ignore[arg-type]  # as those that are there
    patch.setattr(restoring, "names_of", lambda document: set(sorted(names_of(document))[1:]))


def put_back_the_old(patch: pytest.MonkeyPatch) -> None:
    """Undo: the survivor gets the document that it had before, whatever was written since."""

    def old(images: undoing.Images, now: undoing.Document) -> undoing.Undone:
        ours = {name: now[name] for name in undoing.OURS}
        return undoing.Undone({**images.before, **ours}, [], [])

    patch.setattr(actions, "without", old)


def move_rows(patch: pytest.MonkeyPatch) -> None:
    """Merge: the orders of the others are given to the survivor."""
    right = of_interaction.apply

    async def moving(tx: Transaction, received: Sequence[Received]) -> None:
        await right(tx, received)
        await tx.connection.execute(_MOVE)

    patch.setattr(of_interaction, "apply", moving)


def ignore_undos(follower: Any, name: str) -> Plant:
    """Follow merges, and no undo: an id that was folded once means the survivor for ever."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        right, folded = getattr(follower, name), defaultdict[UUID, set[str]](set)

        async def deaf(tx: Transaction, received: Sequence[Received]) -> None:
            heard = []
            for each in received:
                folded[each.subject].update(each.data.get("merged_ids", ()))
                if str(each.subject) not in set().union(*folded.values()):
                    heard.append(
                        replace(each, data={**each.data, "merged_ids": sorted(folded[each.subject])})
                    )
            await right(tx, heard)

        patch.setattr(follower, name, deaf)

    return plant


FAULTS: dict[str, tuple[Plant, str]] = {
    "an undo leaves a name with the survivor": (leave_a_name, "names"),
    "an undo puts back the old document": (put_back_the_old, "attributes"),
    "a merge moves rows": (move_rows, "timeline"),
    "interaction ignores an undo": (ignore_undos(of_interaction, "apply"), "timeline"),
    "scoring ignores an undo": (ignore_undos(of_scoring, "apply_customers"), "score"),
}
