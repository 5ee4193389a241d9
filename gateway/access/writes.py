"""The statements that write clients, their keys, and the record of both."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, bindparam, func, insert, update

from gateway.access.keys import Caller
from gateway.access.models import ApiKey, Client, ClientChange
from gateway.access.rights import PATCHABLE
from shared.database import Transaction
from shared.statements import Statement

_AT = bindparam("at", type_=DateTime(timezone=True))
_INSERT = Statement(
    insert(Client).values(
        **{name: bindparam(name) for name in ("id", "principal_id", *PATCHABLE)},
        created_at=_AT,
        updated_at=_AT,
    )
)
_UPDATE = Statement(
    update(Client)
    .where(Client.id == bindparam("of"))
    .values(**{name: bindparam(name) for name in ("version", "revoked_at", *PATCHABLE)}, updated_at=_AT)
)
_NOTE = Statement(
    insert(ClientChange).values({column.name: bindparam(column.name) for column in ClientChange.__table__.c})
)
KEY = Statement(
    insert(ApiKey).values(
        {n: bindparam(n) for n in ("id", "digest", "client_id", "prefix", "created_at", "expires_at")}
    )
)
REVOKE = Statement(
    update(ApiKey)
    .where(ApiKey.id == bindparam("key_id"), ApiKey.revoked_at.is_(None))
    .values(revoked_at=_AT)
    .returning(ApiKey.id)
)
REVOKE_ALL = Statement(
    update(ApiKey)
    .where(ApiKey.client_id == bindparam("of"), ApiKey.revoked_at.is_(None))
    .values(revoked_at=_AT)
)
END_BY = Statement(
    update(ApiKey)
    .where(ApiKey.id == bindparam("key_id"))
    .values(expires_at=func.least(ApiKey.expires_at, bindparam("end", type_=DateTime(timezone=True))))
)


async def create(tx: Transaction, caller: Caller, client: Mapping[str, Any]) -> None:
    """Write a new client, in version 1."""
    await _INSERT.one(tx.connection, **client, at=tx.at)
    await _note(tx, caller, client["id"], 1, {name: (None, client[name]) for name in client})


async def change(
    tx: Transaction, caller: Caller, held: Mapping[str, Any], fields: Mapping[str, tuple[Any, Any]]
) -> None:
    """Write the next version of a client; `fields` are from and to of what changes."""
    columns = {name: to for name, (_, to) in fields.items() if name in held}
    version = held["version"] + 1
    await _UPDATE.one(tx.connection, **{**held, **columns, "version": version}, of=held["id"], at=tx.at)
    await _note(tx, caller, held["id"], version, fields)


async def _note(
    tx: Transaction, caller: Caller, client: UUID, version: int, fields: Mapping[str, tuple[Any, Any]]
) -> None:
    await _NOTE.one(
        tx.connection,
        client_id=client,
        version=version,
        at=tx.at,
        who=tx.principal.id,
        through=caller.credential.client_id,
        diff={name: {"from": was, "to": became} for name, (was, became) in fields.items()},
    )
