"""Judging who was touched, and everybody after a run or a change of the limits, part by part."""

from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Integer,
    Uuid,
    and_,
    any_,
    bindparam,
    literal_column,
    or_,
    select,
    update,
)

from services.scoring.identities.models import COMPUTED, Identity
from services.scoring.lifecycle.judging import Basis, judged
from services.scoring.lifecycle.marks import take
from services.scoring.lifecycle.models import Lifecycle, LifecycleMark, LifecycleRound, LifecycleSettings
from services.scoring.lifecycle.writing import forget, keep, look, now
from services.scoring.runs.models import ScoringRun
from services.scoring.runs.queries import DONE
from shared.database import Transaction
from shared.statements import Runner, Statement

CHUNK = 5_000
_NOBODY = UUID(int=0)


async def due(on: Runner) -> bool:
    """Tell cheaply whether anybody has not been judged yet by the facts, the newest run and the limits."""
    return bool(await _DUE.value(on))


async def judge_some(tx: Transaction) -> bool:
    """Judge the next part of everybody, if there is a new run or new limits; true when there was a part.

    Any worker can go on at any time.
    Whom a newer judgement overtakes meanwhile is left as that says.
    """
    held = await _HELD.one(tx.connection)
    basis = await Basis.read(tx.connection) if held is not None else None
    if held is None or basis is None:
        return False
    asked = (basis.run["id"], basis.settings_version)
    same = (held["run_id"], held["settings_version"]) == asked
    if same and held["done"]:
        return False
    after = held["after"] if same else _NOBODY
    looked_at = await now(tx.connection)
    ids = [UUID(int=row[0].int) for row in await _NEXT.all(tx.connection, after=after, most=CHUNK)]
    done = len(ids) < CHUNK
    if ids:
        await keep(tx, ids, await judged(tx.connection, basis, ids, tx.at.date()), looked_at)
    if done:
        gone = [UUID(int=row[0].int) for row in await _GONE.all(tx.connection)]
        await forget(tx, gone)
    last = ids[-1] if ids else after
    await _GO_ON.value(tx.connection, run=asked[0], settings=asked[1], after=last, done=done)
    return True


async def judge_marked(tx: Transaction) -> bool:
    """Judge customers again whose facts changed, and forget those of them who are no customers any more.

    True when there were any.
    """
    basis = await Basis.read(tx.connection)
    customers = [] if basis is None else await take(tx)
    if basis is None or not customers:
        return False
    rows = await _THERE.all(tx.connection, ids=customers)
    there = sorted(UUID(int=row[0].int) for row in rows)
    if there:
        await look(tx, there)
        looked_at = await now(tx.connection)
        await keep(tx, there, await judged(tx.connection, basis, there, tx.at.date()), looked_at)
    await forget(tx, sorted(set(customers).difference(there)))
    return True


_newest = (
    select(ScoringRun.id)
    .where(ScoringRun.status == DONE)
    .order_by(ScoringRun.finished_at.desc(), ScoringRun.id.desc())
    .limit(literal_column("1"))
    .scalar_subquery()
)
_settings = select(LifecycleSettings.version).scalar_subquery()
_all_judged = and_(
    LifecycleRound.done,
    LifecycleRound.run_id.is_not_distinct_from(_newest),
    LifecycleRound.settings_version.is_not_distinct_from(_settings),
)
_DUE = Statement(
    select(
        and_(_newest.is_not(None), or_(~_all_judged, select(LifecycleMark.customer_id).exists()))
    ).select_from(LifecycleRound)
)
_known = (Identity.original_id == Identity.current_id, ~Identity.deleted, ~Identity.provisional)
_HELD = Statement(select(LifecycleRound).with_for_update(skip_locked=True))
_NEXT = Statement(
    select(Identity.original_id)
    .where(*_known, Identity.original_id > bindparam("after", type_=Uuid))
    .order_by(Identity.original_id)
    .limit(bindparam("most", type_=Integer)),
    unguarded=COMPUTED,
)
_THERE = Statement(
    select(Identity.original_id).where(
        *_known, Identity.original_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    ),
    unguarded=COMPUTED,
)
_GONE = Statement(
    select(Lifecycle.customer_id).where(
        ~Lifecycle.deleted,
        ~select(literal_column("1")).where(Identity.original_id == Lifecycle.customer_id, *_known).exists(),
    ),
    unguarded=COMPUTED,
)
_GO_ON = Statement(
    update(LifecycleRound).values(
        run_id=bindparam("run", type_=Uuid),
        settings_version=bindparam("settings", type_=Integer),
        after=bindparam("after", type_=Uuid),
        done=bindparam("done", type_=Boolean),
    )
)
