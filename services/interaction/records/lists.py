"""Lists of records of any kind: keyset pages, the last recorded first."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Uuid, bindparam, select
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.identities.models import Identity
from services.interaction.identities.paths import key_in
from services.interaction.identities.queries import find
from services.interaction.records.actions import statements
from services.interaction.records.kinds import Kind
from services.interaction.records.parameters import Reach, Span
from shared.auth import Principal
from shared.errors import FieldError, Invalid
from shared.statements import Runner, Statement, Visible, visible
from streams.giving import give
from web.app import core
from web.lists import listed

NOBODY = UUID(int=0)
# Who was never merged has one: a page is then read off the index in its order, however much follows it.
_ORIGINALS = Statement(
    select(Identity.original_id).where(Identity.current_id == bindparam("current_id", type_=Uuid)).limit(2),
    unguarded="tells how to read what is then narrowed to its reader",
)


class Listing:
    """One kind's list, and the stream of all that it lists; `own` are its filters' conditions, by name."""

    def __init__(self, kind: Kind, own: Mapping[str, ColumnElement[bool]]) -> None:
        model: Any = kind.model
        filters = dict(own)
        last_id = bindparam("last_id", type_=Uuid)
        if kind.of_customer:
            originals = select(Identity.original_id).where(
                Identity.current_id == bindparam("current_id", type_=Uuid)
            )
            filters |= {
                "current_id": model.customer_id.in_(originals.correlate(None)),
                "original_id": model.customer_id == bindparam("original_id", type_=Uuid),
                "since": model.occurred_at >= bindparam("since", type_=model.occurred_at.type),
                "until": model.occurred_at < bindparam("until", type_=model.occurred_at.type),
            }
        query = statements(kind).rendered().limit(bindparam("limit", type_=Integer))
        backwards, onwards = {"last_id": model.id < last_id}, {"last_id": model.id > last_id}
        self.query: Visible = visible(query.order_by(model.id.desc()), kind.model, filters | backwards)
        self.onwards: Visible = visible(query.order_by(model.id), kind.model, filters | onwards)

    async def answer(
        self, request: Request, principal: Principal, span: Span, given: Mapping[str, Any]
    ) -> Response:
        """Return a page; `given` has the values of the kind's own filters."""
        pool, wanted = core(request).database.pool, await self._wanted(request, span, given)
        return await listed(
            request, span, ("id",), lambda **place: self.query.all(pool, principal, **wanted, **place)
        )

    async def stream(
        self, request: Request, principal: Principal, span: Reach, given: Mapping[str, Any]
    ) -> Response:
        """Return all of it, by id, from behind the one that the span names."""
        pool, wanted = core(request).database.pool, await self._wanted(request, span, given)
        return await give(
            request,
            lambda limit, last: self.onwards.all(pool, principal, **wanted, limit=limit, last_id=last),
            span.after,
        )

    @staticmethod
    async def _wanted(request: Request, span: Span | Reach, given: Mapping[str, Any]) -> dict[str, Any]:
        pool = core(request).database.pool
        whose = await meant(pool, span.customer)
        ids = [] if whose is None else await _ORIGINALS.all(pool, current_id=whose)
        one = ids[0]["original_id"] if len(ids) == 1 else None
        wanted = {**given, "since": span.since, "until": span.until}
        return {**wanted, "original_id": one, "current_id": whose if one is None else None}


def equal(kind: Kind, name: str) -> ColumnElement[bool]:
    """Return the condition that a column has the value of the filter of its name."""
    column: Any = getattr(kind.model, name)
    return cast("ColumnElement[bool]", column == bindparam(name, type_=column.type))


async def meant(on: Runner, customer: str | None) -> UUID | None:
    """Return the customer that a parameter means now; an id that nobody has when it means nobody."""
    if customer is None:
        return None
    key = key_in(customer)
    if key is None:
        detail = "Name a customer as <uuid> or as <system>:<external id>."
        error: FieldError = {"parameter": "customer", "code": "bad_reference", "detail": detail}
        raise Invalid(detail, errors=[error])
    who = (await find(on, [key])).get(key)
    return NOBODY if who is None else who.current_id
