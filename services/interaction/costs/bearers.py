"""Who bears what is under an id, and which costs are marked when that is another than before."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, case, select

from services.interaction.costs.days import days_under
from services.interaction.costs.marks import MARKING, Changed, mark
from services.interaction.identities.models import Identity
from shared.statements import Runner, Statement

Standing = Mapping[UUID, tuple[UUID | None, str | None]]


async def standing(on: Runner, ids: Collection[UUID]) -> Standing:
    """Return for each of these ids who bears what is under it, None for nobody, and of which department."""
    rows = await _STANDING.all(on, ids=list(ids))
    return {row["original_id"]: (row["bearer"], row["department"]) for row in rows}


async def moved(
    on: Runner,
    before: Standing,
    after: Standing,
) -> None:
    """Mark what is shared otherwise since these ids stand otherwise."""
    ids = {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}
    if not ids:
        return
    sides = [side[id_] for side in (before, after) for id_ in ids if id_ in side]
    bearers = [{bearer for id_ in ids if (bearer := side.get(id_, (None,))[0])} for side in (before, after)]
    others = {id_ for id_ in ids if before.get(id_, (None,))[0] != after.get(id_, (None,))[0]}
    ordered, met = await days_under(on, others)
    changed = Changed(
        order_days=ordered,
        contact_days=met,
        everybody=bearers[0] != bearers[1],
        somebody=bool(others),
        departments={department for _, department in sides if department},
    )
    await mark(on, changed)


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_bearing = and_(~Identity.deleted, Identity.matched())
_STANDING = Statement(
    select(
        Identity.original_id,
        case((_bearing, Identity.current_id)).label("bearer"),
        Identity.department,
    ).where(Identity.original_id == any_(_IDS)),
    unguarded=MARKING,
)
