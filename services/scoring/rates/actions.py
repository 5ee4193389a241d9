"""Setting a rate, and marking everybody whose money it changes."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Numeric, Text, any_, bindparam, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from starlette.requests import Request

from services.scoring.facts.actions import mark
from services.scoring.facts.models import Fact
from services.scoring.rates.models import Rate
from services.scoring.rates.queries import ONE
from shared.database import Transaction
from shared.errors import FieldError, Invalid
from shared.statements import Statement
from web.etag import demand, stale

Key = tuple[str, str, date]


async def put_rate(tx: Transaction, request: Request, key: Key, rate: Decimal) -> bool:
    """Set a rate; true when there was none. Equal to what is stored: nothing happens.

    PreconditionRequired or PreconditionFailed when one is there and If-Match does not name its version.
    """
    base, quote, day = key
    if base == quote:
        detail = "A currency has no rate to itself."
        raise Invalid(detail, errors=[FieldError(parameter="quoted", code="same", detail=detail)])
    given = {"base": base, "quote": quote, "day": day, "rate": rate}
    version = demand(request) if "if-match" in request.headers else None
    created = await _CREATE.value(tx.connection, **given) is not None
    if not created:
        held = await ONE.one(tx.connection, base=base, quote=quote, day=day)
        if held is None or held["rate"] == rate:
            return False
        if await _CHANGE.value(tx.connection, **given, if_version=version or demand(request)) is None:
            raise stale(held["version"], ["rate"])
    await mark(tx, await _touched(tx, base, quote), rebuild=True)
    return created


async def _touched(tx: Transaction, *currencies: str) -> list[UUID]:
    rows = await _TOUCHED.all(tx.connection, currencies=list(currencies))
    return [UUID(int=row[0].int) for row in rows]


_ONE = literal_column("1", Integer)
_given = {
    name: bindparam(name, type_=Rate.__table__.c[name].type) for name in ("base", "quote", "day", "rate")
}
_CREATE = Statement(
    insert(Rate).values(version=_ONE, **_given).on_conflict_do_nothing().returning(Rate.version)
)
_CHANGE = Statement(
    update(Rate)
    .where(
        Rate.base == _given["base"],
        Rate.quote == _given["quote"],
        Rate.day == _given["day"],
        Rate.version == bindparam("if_version", type_=Integer),
    )
    .values(rate=bindparam("rate", type_=Numeric), version=Rate.version + _ONE)
    .returning(Rate.version)
)
_TOUCHED = Statement(
    select(Fact.customer_id)
    .where(Fact.currency == any_(bindparam("currencies", type_=ARRAY(Text))))
    .distinct()
)
