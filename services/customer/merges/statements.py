"""The statements that write merges and former ids; whoever runs them holds the survivor's lock."""

from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.customer.customers.models import FormerId
from services.customer.merges.models import Merge
from shared.statements import Statement

JUDGING = "decides what a write does, and shows nobody anything"
_id = Merge.id == bindparam("id", type_=Uuid)
_among = FormerId.original_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
_now = bindparam("current_id", type_=Uuid)

KEEP = Statement(insert(Merge))
# Ids that already were former ones mean the new customer: a chain is never longer than one step.
MOVE = Statement(update(FormerId).where(_among).values(current_id=_now))
TAKE = Statement(
    insert(FormerId).from_select(
        ["original_id", "current_id", "merge_id"],
        select(func.unnest(bindparam("ids", type_=ARRAY(Uuid))), _now, bindparam("merge_id", type_=Uuid)),
    )
)
GIVE_BACK = Statement(delete(FormerId).where(_among))
TAKEN_BY = Statement(
    select(FormerId.original_id, FormerId.merge_id).where(_among).order_by(FormerId.merge_id.desc())
)

HELD = Statement(select(Merge.__table__).where(_id).with_for_update(), unguarded=JUDGING, clear=JUDGING)
SURVIVOR = Statement(select(Merge.survivor_id).where(_id), unguarded=JUDGING)
# Merges into the same survivor after one: their images hold what that one did.
LATER = Statement(
    select(Merge.id, Merge.kept)
    .where(
        Merge.survivor_id == bindparam("survivor_id", type_=Uuid),
        Merge.survivor_version > bindparam("survivor_version", type_=Integer),
        Merge.kept.is_not(None),
    )
    .order_by(Merge.id)
    .with_for_update(),
    unguarded=JUDGING,
    clear=JUDGING,
)
REMEMBER = Statement(update(Merge).where(_id).values(kept=bindparam("images", type_=JSONB)))
UNDO = Statement(
    update(Merge)
    .where(_id)
    .values(
        kept=null(),
        decisions=null(),
        undo=bindparam("found", type_=JSONB),
        undone_at=bindparam("at", type_=DateTime(timezone=True)),
        undone_by=bindparam("by", type_=Text),
    )
)
FORGET = Statement(
    update(Merge)
    .where(Merge.undoable_until < bindparam("at", type_=DateTime(timezone=True)), Merge.kept.is_not(None))
    .values(kept=null(), decisions=null())
)
