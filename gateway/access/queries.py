"""Clients with their keys, as JSON that the database builds."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    Uuid,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from gateway.access.models import ApiKey, Client, ClientChange
from shared.errors import NotFound
from shared.statements import Runner, Statement, json_object

_STATE = case(
    (ApiKey.revoked_at.is_not(None), literal_column("'revoked'")),
    (ApiKey.expires_at <= func.now(), literal_column("'expired'")),
    else_=literal_column("'active'"),
)
_KEY = json_object(
    id=ApiKey.id,
    prefix=ApiKey.prefix,
    state=_STATE,
    created_at=ApiKey.created_at,
    expires_at=ApiKey.expires_at,
    revoked_at=ApiKey.revoked_at,
    last_used_at=ApiKey.last_used_at,
)
_KEYS = (
    select(
        func.coalesce(
            func.json_agg(aggregate_order_by(_KEY, ApiKey.created_at, ApiKey.id)),
            literal_column("'[]'::json"),
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
        personal_data=case((Client.personal, literal_column("'clear'")), else_=literal_column("'masked'")),
        source=Client.source,
        rate=Client.rate,
        version=Client.version,
        created_at=Client.created_at,
        updated_at=Client.updated_at,
        revoked_at=Client.revoked_at,
        keys=_KEYS,
    )
    return select(Client.id, Client.version, Client.created_at, data.label("data"))


ONE = Statement(_clients().where(Client.id == bindparam("id")))
_last = tuple_(*(bindparam(f"last_{c.key}", type_=c.type) for c in (Client.created_at, Client.id)))
PAGE = Statement(
    _clients()
    .where(func.coalesce(tuple_(Client.created_at, Client.id) > _last, true()))
    .order_by(Client.created_at, Client.id)
    .limit(bindparam("limit"))
)
KEY = Statement(
    select(ApiKey.id, _STATE.label("state"), _KEY.label("data")).where(
        ApiKey.id == bindparam("key_id"), ApiKey.client_id == bindparam("of")
    )
)

# What a key that works stands for. A key that is no row here opens nothing, wherever it is asked about.
VALID = (
    select(
        Client.id.label("client_id"),
        Client.name,
        Client.principal_id,
        Client.scopes,
        Client.visibility,
        Client.department,
        Client.personal,
        Client.source,
        Client.rate,
        ApiKey.id.label("key_id"),
        ApiKey.expires_at,
        func.extract("epoch", ApiKey.expires_at - func.now()).label("left"),
    )
    .join(Client, Client.id == ApiKey.client_id)
    .where(
        Client.revoked_at.is_(None),
        ApiKey.revoked_at.is_(None),
        func.coalesce(ApiKey.expires_at > func.now(), literal_column("true")),
    )
)
BY_KEY = Statement(VALID.where(ApiKey.id == bindparam("key_id")))

# In the order of ids, so that no two writers wait for each other.
LOCK = Statement(
    select(Client.id)
    .where(Client.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .order_by(Client.id)
    .with_for_update()
)
HELD = Statement(select(Client.__table__).where(Client.id == bindparam("id")))
CHANGED_SINCE = Statement(
    select(func.jsonb_object_keys(ClientChange.diff).label("field"))
    .where(
        ClientChange.client_id == bindparam("id"),
        ClientChange.version > bindparam("version", type_=Integer),
    )
    .distinct()
)


async def fetch(on: Runner, client: UUID) -> Any:  # noqa: ANN401 - a row of ONE
    """Return one client with its keys as `data`, and its `version`; NotFound without it."""
    row = await ONE.one(on, id=client)
    if row is None:
        raise NotFound
    return row
