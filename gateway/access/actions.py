"""Letting clients in and shutting them out."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, func, insert, select, update

from gateway.access import minting, queries
from gateway.access.models import ApiKey, Client
from gateway.access.schemas import ApiClientCreate
from shared.auth import Principal, Visibility
from shared.database import Transaction
from shared.errors import Forbidden, NotFound
from shared.ids import uuid7
from shared.statements import Statement

_FIELDS = ("id", "name", "principal_id", "scopes", "visibility", "department", "source", "rate", "created_at")
_CLIENT = Statement(insert(Client).values({name: bindparam(name) for name in _FIELDS}))
_KEY_FIELDS = ("id", "digest", "client_id", "prefix", "created_at", "expires_at")
_KEY = Statement(insert(ApiKey).values({name: bindparam(name) for name in _KEY_FIELDS}))
_EXISTS = Statement(select(Client.id).where(Client.id == bindparam("id")))
_REVOKE = Statement(
    update(ApiKey)
    .where(ApiKey.id == bindparam("key_id"), ApiKey.client_id == bindparam("of"))
    .values(revoked_at=func.coalesce(ApiKey.revoked_at, bindparam("at")))
    .returning(ApiKey.id)
)


class TooMuch(Forbidden):
    """A client would be given more than its maker has."""

    code, title = "grants_too_much", "Nobody can grant what they do not hold"


async def admit(tx: Transaction, body: ApiClientCreate) -> dict[str, Any]:
    """Create a client with its first key; returns an ApiClientCreated, whose `key` is kept nowhere."""
    _check(tx.principal, body)
    made = uuid7()
    given = body.model_dump(exclude={"expires_at"}) | {"id": made, "created_at": tx.at}
    given["principal_id"] = body.principal_id or f"client:{made}"
    await _CLIENT.one(tx.connection, **given)
    key, _ = await _add(tx, made, body.expires_at)
    client: dict[str, Any] = orjson.loads(orjson.dumps(await queries.fetch(tx.connection, made)))
    return {**client, "key": key}


async def add_key(tx: Transaction, client: UUID, expires_at: datetime | None) -> dict[str, Any]:
    """Give a client one more key; NotFound without the client."""
    if await _EXISTS.one(tx.connection, id=client) is None:
        raise NotFound
    key, shown = await _add(tx, client, expires_at)
    return {**shown, "revoked_at": None, "key": key}


async def revoke(tx: Transaction, client: UUID, key: UUID) -> None:
    """End a key, once and for good; NotFound when the client has no such key."""
    if await _REVOKE.one(tx.connection, key_id=key, of=client, at=tx.at) is None:
        raise NotFound


async def _add(tx: Transaction, client: UUID, expires_at: datetime | None) -> tuple[str, dict[str, Any]]:
    key = minting.mint()
    shown = {
        "id": uuid7(),
        "prefix": minting.prefix(key),
        "created_at": tx.at,
        "expires_at": expires_at,
    }
    await _KEY.one(tx.connection, client_id=client, digest=minting.digest(key.encode()), **shown)
    return key, shown


def _check(by: Principal, body: ApiClientCreate) -> None:
    if not all(by.may(scope) for scope in body.scopes):
        raise TooMuch("A scope is asked for that you do not hold.")
    if by.visibility is not Visibility.ALL:
        raise TooMuch("Only who sees all records may let clients in.")
