"""Lists of records of any kind: keyset pages, the last recorded first."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Integer, Uuid, bindparam, select
from starlette.requests import Request
from starlette.responses import Response

from services.interaction.identities.models import Identity
from services.interaction.identities.paths import key_in
from services.interaction.identities.queries import find
from services.interaction.records.actions import statements
from services.interaction.records.kinds import Kind
from shared.app import core
from shared.auth import Principal
from shared.errors import Invalid
from shared.pagination import page, scope_of
from shared.statements import Visible, visible

_PARAMETER = "Name a customer as <uuid> or as <system>:<external id>."


class Listing:
    """One kind's list; `equal` are columns that may be asked for by value."""

    def __init__(self, kind: Kind, *equal: str) -> None:
        model: Any = kind.model
        self.kind = kind
        filters: dict[str, ColumnElement[bool]] = {
            name: getattr(model, name) == bindparam(name, type_=getattr(model, name).type) for name in equal
        }
        filters["before"] = model.id < bindparam("before", type_=Uuid)
        if kind.of_customer:
            originals = select(Identity.original_id).where(
                Identity.current_id == bindparam("current_id", type_=Uuid)
            )
            filters |= {
                "current_id": model.customer_id.in_(originals.correlate(None)),
                "since": model.occurred_at >= bindparam("since", type_=model.occurred_at.type),
                "until": model.occurred_at < bindparam("until", type_=model.occurred_at.type),
            }
        query = statements(kind).rendered().order_by(model.id.desc())
        self.query: Visible = visible(query.limit(bindparam("limit", type_=Integer)), kind.model, filters)

    async def answer(
        self, request: Request, principal: Principal, given: Mapping[str, Any], *, limit: int, cursor: str | None
    ) -> Response:
        """Return a page; `given` has the values of the filters, `customer` as the caller wrote it."""
        held = core(request)
        wanted = dict(given)
        if cursor is not None:
            (wanted["before"],) = held.cursors.decode(cursor, scope_of(request))
        customer = wanted.pop("customer", None)
        if customer is not None:
            key = key_in(customer)
            if key is None:
                error = {"parameter": "customer", "code": "bad_reference", "detail": _PARAMETER}
                raise Invalid(_PARAMETER, errors=[error])  # type: ignore[list-item]  # a FieldError
            who = (await find(held.database.pool, [key])).get(key)
            if who is None:
                return page([], None, request)
            wanted["current_id"] = who.current_id
        rows = await self.query.all(held.database.pool, principal, limit=limit + 1, **wanted)
        more = len(rows) > limit
        following = held.cursors.encode([rows[limit - 1]["id"]], scope_of(request)) if more else None
        return page([row["data"] for row in rows[:limit]], following, request)
