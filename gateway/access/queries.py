"""Clients with their keys, as JSON that the database builds."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import aggregate_order_by

from gateway.access.models import ApiKey, Client
from shared.errors import NotFound
from shared.statements import Runner, Statement, json_object

_KEY = json_object(
    id=ApiKey.id,
    prefix=ApiKey.prefix,
    created_at=ApiKey.created_at,
    expires_at=ApiKey.expires_at,
    revoked_at=ApiKey.revoked_at,
)
_KEYS = (
    select(
        func.coalesce(
            func.json_agg(aggregate_order_by(_KEY, ApiKey.created_at)), literal_column("'[]'::json")
        )
    )
    .where(ApiKey.client_id == Client.id)
    .correlate(Client)
    .scalar_subquery()
)


def _clients() -> Select[Any]:
    data = json_object(
        id=Client.id,
        name=Client.name,
        principal_id=Client.principal_id,
        scopes=Client.scopes,
        visibility=Client.visibility,
        department=Client.department,
        source=Client.source,
        rate=Client.rate,
        created_at=Client.created_at,
        keys=_KEYS,
    )
    return select(Client.id, Client.created_at, data.label("data"))


ONE = Statement(_clients().where(Client.id == bindparam("id")))
PAGE = Statement(
    _clients()
    .where(tuple_(Client.created_at, Client.id) > tuple_(bindparam("at"), bindparam("id")))
    .order_by(Client.created_at, Client.id)
    .limit(bindparam("limit"))
)


async def fetch(on: Runner, client: UUID) -> Any:  # noqa: ANN401 - JSON, ready to be sent
    """Return one client with its keys; NotFound without it."""
    row = await ONE.one(on, id=client)
    if row is None:
        raise NotFound
    return row["data"]
