"""Counting what has arrived."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, bindparam, func, literal_column, select
from sqlalchemy.orm import aliased

from services.scoring.base import FEED
from services.scoring.facts.models import Fact, Kind, Mark
from services.scoring.identities.models import COMPUTED, ExternalName, Identity
from shared.statements import Statement

_SYSTEM: ColumnElement[str] = bindparam("identity_system", type_=Text)
_ONE = literal_column("1", Integer)
_current = aliased(Identity)
_known = (~_current.deleted, ~_current.provisional, _current.current_id == _current.original_id)
_purchase = (Fact.kind == literal_column(f"'{Kind.ORDER}'", Text), Fact.counts)
_belongs = (
    Identity.original_id == Fact.customer_id,
    ~Identity.deleted,
    _current.original_id == Identity.current_id,
    *_known,
)


def _both(query: Any) -> dict[bool, Statement]:  # noqa: ANN401 - a select of any columns
    """Return the statement for everybody, and for those named in :identity_system."""
    name = select(_ONE).where(
        ExternalName.customer_id == _current.original_id, ExternalName.system == _SYSTEM
    )
    narrowed = {False: query, True: query.where(name.exists())}
    return {key: Statement(made, unguarded=COMPUTED) for key, made in narrowed.items()}


CUSTOMERS = _both(select(func.count()).select_from(_current).where(*_known))
PURCHASES = _both(
    select(Fact.currency, func.count().label("orders"), func.sum(Fact.amount).label("amount"))
    .where(*_belongs, *_purchase)
    .group_by(Fact.currency)
    .order_by(Fact.currency)
)
UNMATCHED = Statement(
    select(func.count())
    .select_from(Fact)
    .where(*_purchase, ~select(_ONE).where(*_belongs).correlate(Fact).exists()),
    unguarded=COMPUTED,
)
WAITING = Statement(select(func.count()).select_from(Mark))
FEEDS = Statement(
    select(
        FEED.cursors.c.source, (~FEED.cursors.c.tailing).label("snapshot"), FEED.cursors.c.updated_at
    ).order_by(FEED.cursors.c.source)
)
