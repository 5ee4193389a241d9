"""Reading the facts behind a figure, as they are known now, under all ids of a customer, with addresses."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
    tuple_,
)

from services.scoring.facts.models import Fact, Kind
from services.scoring.identities.models import COMPUTED, Identity
from shared.statements import Statement, json_object, visible

PATHS = {kind: f"/v1/{kind.replace('_', '-')}s" for kind in Kind}
_ID: ColumnElement[Any] = bindparam("id", type_=Uuid)
_other = select(Identity.original_id).where(Identity.current_id == _ID)
_whose = Fact.customer_id == any_(func.array(_other.scalar_subquery()))


def _literal(word: str) -> ColumnElement[str]:
    return literal_column(f"'{word}'", Text)


def _href() -> ColumnElement[str]:
    path = case(*((Fact.kind == _literal(kind), _literal(path)) for kind, path in PATHS.items()))
    return func.concat(path, _literal("/"), cast(Fact.subject, Text))


def _rendered() -> ColumnElement[Any]:
    """Return FactRead as JSON."""
    return json_object(
        kind=Fact.kind,
        id=Fact.subject,
        href=_href(),
        customer_id=Fact.customer_id,
        day=Fact.day,
        amount=json_object(amount=cast(Fact.amount, Text), currency=Fact.currency),
        status=Fact.status,
        counts=Fact.counts,
        order_id=Fact.order_id,
        version=Fact.version,
        told_at=Fact.told_at,
    )


def _facts() -> Select[Any]:
    mine = Identity.original_id == _ID
    return (
        select(_rendered().label("data"), Fact.day, Fact.subject)
        .join_from(Fact, Identity, mine)
        .where(_whose)
        .order_by(Fact.day.desc(), Fact.subject.desc())
        .limit(bindparam("limit", type_=Integer))
    )


_instant = DateTime(timezone=True)
_behind = tuple_(bindparam("last_day", type_=Date), bindparam("last_subject", type_=Uuid))
FACTS = visible(
    _facts(),
    of=Identity,
    filters={
        "last_day": tuple_(Fact.day, Fact.subject) < _behind,
        "kind": Fact.kind == bindparam("kind", type_=Text),
        "until": Fact.day <= bindparam("until", type_=Date),
        "told_after": Fact.told_at > bindparam("told_after", type_=_instant),
        "told_until": Fact.told_at <= bindparam("told_until", type_=_instant),
    },
)
ORDERS = Statement(
    select(Fact.day, _href().label("href"))
    .where(
        _whose,
        Fact.kind == _literal(Kind.ORDER),
        Fact.counts,
        Fact.day == any_(bindparam("days", type_=ARRAY(Date))),
        func.coalesce(Fact.told_at <= bindparam("known_at", type_=_instant), true()),
    )
    .order_by(Fact.day, Fact.subject)
    .limit(literal_column("20")),
    unguarded=COMPUTED,
)
