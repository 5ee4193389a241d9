"""The statements that keep the inbox: what came, who shares a number, who is known by now."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    column,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from services.interaction.identities.models import Identity
from services.interaction.inbox.models import AttachedBy, Stranger, StrangerState
from services.interaction.timeline.kinds import TOLD
from shared.statements import Statement, visible

KEEPING = "keeps the inbox, for everybody"
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_ONE: ColumnElement[Any] = literal_column("1", Integer)


def _word(value: str) -> ColumnElement[Any]:
    return literal_column(f"'{value}'", Text)


def _last(model: Any) -> Any:  # noqa: ANN401 - a model, and a select
    mine = select(model.id).where(model.customer_id == Identity.original_id).correlate(Identity)
    return mine.order_by(model.id.desc()).limit(_ONE)


# Ids tell the order in which facts came.
_each = union_all(*(_last(told.kind.model) for told in TOLD.values())).subquery("each")
_newest = select(_each.c.id).order_by(_each.c.id.desc()).limit(_ONE).lateral("newest")
_came = insert(Stranger).from_select(
    ["id", "newest_id", "state"],
    select(Identity.original_id, _newest.c.id, _word(StrangerState.OPEN))
    .join(_newest, true())
    .where(Identity.original_id == any_(_IDS), Identity.provisional, Identity.customer_id.is_(None))
    .order_by(Identity.original_id),
)
_dismissed = Stranger.state == _word(StrangerState.DISMISSED)
DISMISSED = Statement(
    select(Stranger.id).where(Stranger.id == any_(_IDS), _dismissed).order_by(Stranger.id).with_for_update(),
    unguarded=KEEPING,
)
# What is new opens what was dismissed.
CAME = Statement(
    _came.on_conflict_do_update(
        index_elements=[Stranger.id],
        set_={
            "newest_id": _came.excluded.newest_id,
            "state": case((_dismissed, _word(StrangerState.OPEN)), else_=Stranger.state),
            "reason": case((_dismissed, null()), else_=Stranger.reason),
        },
        where=Stranger.newest_id < _came.excluded.newest_id,
    ).returning(Stranger.id),
    unguarded=KEEPING,
)
# Records that are known here and there, held: no merge of theirs comes between a look and what is kept of it.
THERE = Statement(
    select(Identity.original_id)
    .where(Identity.original_id == any_(_IDS), ~Identity.deleted)
    .order_by(Identity.original_id)
    .with_for_update(read=True),
    unguarded=KEEPING,
)
SHARE = Statement(
    update(Stranger)
    .where(Stranger.id == bindparam("id", type_=Uuid), Stranger.sharers.is_(None))
    .values(sharers=bindparam("sharers", type_=ARRAY(Uuid)))
)
# People have said that it is nobody of them.
NOBODYS = Statement(
    update(Stranger)
    .where(Stranger.id == bindparam("id", type_=Uuid))
    .values(sharers=literal_column("'{}'::uuid[]"))
)
# Strangers whose identity has just told who they are.
TOLD_BY_IDENTITY = Statement(
    update(Stranger)
    .where(
        Identity.original_id == Stranger.id,
        Identity.customer_id == any_(_IDS),
        Stranger.state != _word(StrangerState.ATTACHED),
    )
    .values(state=_word(StrangerState.ATTACHED), attached_by=_word(AttachedBy.IDENTITY), reason=null())
)
_owner = aliased(Identity, name="owner")
# Who a customer is now, if a stranger may still become that one; locks the stranger's identity.
BELONGS = Statement(
    select(_owner.current_id)
    .join_from(Identity, Stranger, Stranger.id == Identity.original_id)
    .join(_owner, _owner.original_id == bindparam("customer", type_=Uuid))
    .where(
        Identity.original_id == bindparam("id", type_=Uuid),
        Identity.customer_id.is_(None),
        Stranger.state == _word(StrangerState.OPEN),
        ~_owner.deleted,
    )
    .with_for_update(of=Identity),
    unguarded=KEEPING,
)
_meant = aliased(Identity, name="meant")
_sharer = func.unnest(Stranger.sharers).table_valued(column("id", Uuid)).render_derived("sharer")
# Of strangers with several sharers: whom these mean now, and whether all of them are known and there.
SHARED = Statement(
    select(
        Stranger.id,
        Stranger.state,
        func.array_agg(_meant.current_id.distinct()).label("meant"),
        (func.count(_meant.original_id) == func.cardinality(Stranger.sharers)).label("known"),
        func.bool_or(_meant.deleted).label("gone"),
    )
    .select_from(Stranger)
    .join(_sharer, true())
    .join(_meant, _meant.original_id == _sharer.c.id)
    .where(
        or_(Stranger.sharers.bool_op("&&")(_IDS), Stranger.id == any_(_IDS)),
        func.cardinality(Stranger.sharers) > _ONE,
        or_(Stranger.state == _word(StrangerState.OPEN), Stranger.attached_by == _word(AttachedBy.MERGE)),
    )
    .group_by(Stranger.id)
    .order_by(Stranger.id),
    unguarded=KEEPING,
)
DECIDE = Statement(
    update(Stranger)
    .where(Stranger.id == any_(_IDS))
    .values(
        state=bindparam("to_state", type_=Text),
        attached_by=bindparam("to_attached_by", type_=Text),
        reason=bindparam("to_reason", type_=Text),
    )
)
# Identity and stranger, locked in this order by everybody.
LOCK = visible(
    select(
        Stranger.id,
        Stranger.state,
        Stranger.reason,
        Stranger.attached_by,
        Identity.current_id,
        Identity.version,
    )
    .join_from(Identity, Stranger, Identity.original_id == Stranger.id)
    .where(Stranger.id == bindparam("id", type_=Uuid))
    .with_for_update(),
    Stranger,
    clear="decides what a write does, and shows nobody anything",
)
