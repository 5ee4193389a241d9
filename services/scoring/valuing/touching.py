"""Scoring again the customers whose facts changed, with what the newest run found."""

import asyncio
from uuid import UUID

import numpy as np
from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Uuid,
    any_,
    bindparam,
    column,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import aliased

from services.scoring.facts.models import Mark
from services.scoring.grouping.reading import groups_of
from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.lifecycle.marks import mark
from services.scoring.runs import statements as run_statements
from services.scoring.runs.schemas import RunStatus
from services.scoring.scores.actions import remove, try_alone, write
from services.scoring.scores.models import Score
from services.scoring.scores.rows import Rows, place_among
from services.scoring.scores.rows import rows as rows_of
from services.scoring.scores.staging import write_many
from services.scoring.states.actions import rebuild
from services.scoring.states.histories import of_some
from services.scoring.states.history import History, day_number
from services.scoring.valuing.standard import Standard
from shared.database import Transaction
from shared.statements import Runner, Statement

MOST, RECOUNTED = 5_000, 500  # at once: customers to score; states to count again, whose marks are locked
FEW = 300  # who are scored in a moment: without a thread, and without a table of the transaction


async def waiting(on: Runner) -> tuple[bool, bool]:
    """Tell cheaply whether there are states to rebuild, and customers to score."""
    row = await _WAITING.one(on)
    return (row[0], row[1]) if row else (False, False)


async def rebuild_marked(tx: Transaction, *, currency: str) -> None:
    """Recount states in their `currency` whose exchange rates have changed: some, whose marks it locks."""
    ids = [UUID(int=row[0].int) for row in await _TO_REBUILD.all(tx.connection, most=RECOUNTED)]
    if ids:
        await rebuild(tx, ids, currency=currency)
        await _REBUILT.value(tx.connection, ids=ids)


async def score_touched(tx: Transaction, *, most: int = MOST) -> int:
    """Score the customers on the dirty list, at most so many; return how many marks were dealt with.

    During a run a mark stays, to be dealt with once more after it: the run may have read before the fact.
    No mark is locked meanwhile: what is marked again while it is scored stays on the list.
    """
    if not await try_alone(tx):
        return 0
    standard = await Standard.read(tx.connection)
    if standard is None:
        return 0
    # before asking whether a run is on: it may begin in between
    marks = await _MARKS.all(tx.connection, most=most)
    running = await run_statements.ACTIVE.one(tx.connection)
    during = running is not None and running["status"] == RunStatus.RUNNING
    marks = [mark for mark in marks if not (during and mark["again"])]
    if not marks:
        return 0
    times = {mark["customer_id"]: mark["times"] for mark in marks}
    whose = await _CUSTOMERS.all(tx.connection, ids=list(times))
    # A customer that was merged away has a mark too: its score goes.
    await _score(tx, standard, sorted({one for pair in whose for one in pair}))
    known = sorted({pair["original_id"] for pair in whose})
    strangers = sorted(set(times).difference(known))
    for then, ids in ((_PARK, strangers), (_LATER if during else _DONE, known)):
        if ids:
            await then.value(tx.connection, ids=ids, times=[times[id_] for id_ in ids])
    return len(marks)


async def unpark(on: Runner) -> None:
    """Let marks go on whose customer has arrived meanwhile."""
    await _UNPARK.value(on)


async def _score(tx: Transaction, standard: Standard, customers: list[UUID]) -> None:
    day, run = standard.as_of(tx.at.date()), standard.run
    history = await of_some(tx.connection, customers, until=day, currency=run["currency"])
    if standard.model is not None and standard.model.groups is not None:
        ids = history["customer_id"]
        history["group"] = await groups_of(tx.connection, ids, standard.model.groups)
    many, given = len(history) > FEW, (history, standard, day_number(day))
    found = await asyncio.to_thread(_valued, *given) if many else _valued(*given)
    ranked = {row["customer_id"].bytes: row["rank"] for row in await _RANKS.all(tx.connection, ids=customers)}
    kept = [ranked.get(id_.tobytes()) or 0 for id_ in found["customer_id"]]
    found["rank"] = np.array(kept, np.int64)
    await (write_many if many else write)(tx, found, run_id=UUID(int=run["id"].int), as_of=day)
    there = {id_.tobytes() for id_ in found["customer_id"]}
    if gone := [id_ for id_ in customers if id_.bytes not in there]:
        await remove(tx, gone, as_of=day)
    await mark(tx, customers)


def _valued(history: History, standard: Standard, day: int) -> Rows:
    found, _ = rows_of(history, standard.model, day)
    place_among(found, history, standard.cuts)
    return found


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_ready = (~Mark.parked, ~Mark.rebuild)
_most = bindparam("most", type_=Integer)
_to_rebuild = select(Mark.customer_id).where(~Mark.parked, Mark.rebuild)
_WAITING = Statement(select(_to_rebuild.exists(), select(Mark.customer_id).where(*_ready).exists()))
_MARKS = Statement(select(Mark).where(*_ready).order_by(Mark.again, Mark.at).limit(_most))
_TO_REBUILD = Statement(_to_rebuild.limit(_most).with_for_update(skip_locked=True))
_current = aliased(Identity)
_told = select(Identity.original_id, Identity.current_id).where(_current.original_id == Identity.current_id)
_CUSTOMERS = Statement(_told.where(Identity.original_id == any_(_IDS)), unguarded=COMPUTED)
_UNPARK = Statement(
    update(Mark)
    .where(Mark.parked, _told.where(Identity.original_id == Mark.customer_id).correlate(Mark).exists())
    .values(parked=literal_column("false", Boolean)),
    unguarded=COMPUTED,
)
_RANKS = Statement(
    select(Score.customer_id, Score.rank).where(Score.customer_id == any_(_IDS)),
    unguarded=COMPUTED,
)
_REBUILT = Statement(
    update(Mark).where(Mark.customer_id == any_(_IDS)).values(rebuild=literal_column("false", Boolean))
)
_seen = (
    func.unnest(_IDS, bindparam("times", type_=ARRAY(Integer)))
    .table_valued(column("id", Uuid), column("times", Integer))
    .render_derived(name="seen")
)
_as_seen = (Mark.customer_id == _seen.c.id, Mark.times == _seen.c.times)
_true = literal_column("true", Boolean)
_PARK = Statement(update(Mark).where(*_as_seen).values(parked=_true))
_LATER = Statement(update(Mark).where(*_as_seen).values(again=_true))
_DONE = Statement(delete(Mark).where(*_as_seen))
