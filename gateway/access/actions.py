"""Letting clients in, changing what they may do, and shutting them out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from gateway.access import minting, queries, writes
from gateway.access.holding import holding
from gateway.access.keys import Caller
from gateway.access.rights import Ended, TooMuch, beyond, check, own_principal
from gateway.access.schemas import ApiClientCreate, ApiClientUpdate, KeyCreate, KeyRotate, PersonalData
from shared.auth import Principal
from shared.database import Transaction
from shared.errors import Invalid, NotFound
from shared.ids import uuid7
from web.etag import stale
from web.once import Answer

Held = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A client, and the version of it that the caller has seen, where one is demanded."""

    client: UUID
    version: int | None = None


async def admit(tx: Transaction, caller: Caller, body: ApiClientCreate) -> Answer:
    """Create a client with its first key, which is kept nowhere."""
    by = await holding(tx, caller)
    made = uuid7()
    client = {"id": made, **_columns(body.model_dump(exclude={"expires_at"}))}
    client["principal_id"] = client["principal_id"] or own_principal(made)
    check(by, client)
    await writes.create(tx, caller, client)
    key, _ = await _mint(tx, made, body.expires_at)
    shown = await queries.fetch(tx.connection, made)
    return _once(_plain(shown["data"]), key, shown["version"], f"/v1/api-clients/{made}")


async def update(tx: Transaction, caller: Caller, place: Place, body: ApiClientUpdate) -> Answer:
    """Apply a merge patch; the client may then hold no more than the caller does, whoever the caller is."""
    by = await holding(tx, caller, place.client)
    held = await _living(tx, place)
    patch = _columns(body.model_dump(exclude_unset=True))
    fields = {name: (held[name], value) for name, value in patch.items() if held[name] != value}
    if fields:
        check(by, {**held, **patch})
        await writes.change(tx, caller, held, fields)
    shown = await queries.fetch(tx.connection, place.client)
    return Answer(shown["data"], version=shown["version"])


async def remove(tx: Transaction, caller: Caller, place: Place) -> Answer:
    """End a client and all its keys, once and for good."""
    await holding(tx, caller, place.client)
    held = await _held(tx, place)
    if held["revoked_at"] is None:
        await writes.REVOKE_ALL.one(tx.connection, of=place.client, at=tx.at)
        await writes.change(tx, caller, held, {"revoked_at": (None, tx.at)})
    return Answer(None, 204)


async def add_key(tx: Transaction, caller: Caller, place: Place, body: KeyCreate) -> Answer:
    """Give a client one more key; who gets one could act as the client, so must hold what it holds."""
    by = await holding(tx, caller, place.client)
    held = await _grantable(tx, by, place)
    key, made = await _mint(tx, place.client, body.expires_at)
    await writes.change(tx, caller, held, {"keys": (None, made)})
    return _once(await _shown(tx, place, made), key, held["version"] + 1)


async def rotate(tx: Transaction, caller: Caller, place: Place, old: UUID, body: KeyRotate) -> Answer:
    """Give a client a new key for an old one, which ends after the overlap or when it would have anyway."""
    by = await holding(tx, caller, place.client)
    held = await _grantable(tx, by, place)
    row = await queries.KEY.one(tx.connection, key_id=old, of=place.client)
    if row is None:
        raise NotFound
    if row["state"] != "active":
        raise Ended("The key has ended; add another.")
    key, made = await _mint(tx, place.client, body.expires_at)
    await _end(tx, old, body.overlap_s)
    await writes.change(tx, caller, held, {"keys": (old, made)})
    shown = {**await _shown(tx, place, made), "replaces": await _shown(tx, place, old)}
    return _once(shown, key, held["version"] + 1)


async def revoke(tx: Transaction, caller: Caller, place: Place, key: UUID) -> Answer:
    """End a key, once and for good; NotFound when the client has no such key."""
    await holding(tx, caller, place.client)
    held = await _held(tx, place)
    if await queries.KEY.one(tx.connection, key_id=key, of=place.client) is None:
        raise NotFound
    if await writes.REVOKE.one(tx.connection, key_id=key, at=tx.at) is not None:
        await writes.change(tx, caller, held, {"keys": (key, None)})
    return Answer(None, 204)


async def _held(tx: Transaction, place: Place) -> Held:
    """Return the client's row, which is locked; NotFound, or PreconditionFailed."""
    row = await queries.HELD.one(tx.connection, id=place.client)
    if row is None:
        raise NotFound
    if place.version not in {None, row["version"]}:
        since = await queries.CHANGED_SINCE.all(tx.connection, id=place.client, version=place.version)
        raise stale(row["version"], [each["field"] for each in since])
    return dict(row)


async def _living(tx: Transaction, place: Place) -> Held:
    held = await _held(tx, place)
    if held["revoked_at"] is not None:
        raise Ended("The client was revoked; let in another.")
    return held


async def _grantable(tx: Transaction, by: Principal, place: Place) -> Held:
    held = await _living(tx, place)
    if beyond(by, held):
        raise TooMuch("A key of this client would let you do more than you may.")
    return held


def _columns(given: dict[str, Any]) -> dict[str, Any]:
    if "personal_data" in given:
        given["personal"] = given.pop("personal_data") is PersonalData.CLEAR
    return given


async def _mint(tx: Transaction, client: UUID, expires_at: datetime | None) -> tuple[str, UUID]:
    """Make a key; Invalid when it would have ended already."""
    if expires_at is not None and expires_at <= tx.at:
        detail = "A key cannot have expired before it is made."
        raise Invalid(errors=[{"pointer": "/expires_at", "code": "past", "detail": detail}])
    key, made = minting.mint(), uuid7()
    await writes.KEY.one(
        tx.connection,
        id=made,
        digest=minting.digest(key.encode()),
        client_id=client,
        prefix=minting.prefix(key),
        created_at=tx.at,
        expires_at=expires_at,
    )
    return key, made


async def _end(tx: Transaction, key: UUID, overlap_s: int) -> None:
    if overlap_s:
        await writes.END_BY.one(tx.connection, key_id=key, end=tx.at + timedelta(seconds=overlap_s))
    else:
        await writes.REVOKE.one(tx.connection, key_id=key, at=tx.at)


async def _shown(tx: Transaction, place: Place, key: UUID) -> dict[str, Any]:
    row = await queries.KEY.one(tx.connection, key_id=key, of=place.client)
    return _plain(row and row["data"])


def _plain(fragment: object) -> dict[str, Any]:
    shown: dict[str, Any] = orjson.loads(orjson.dumps(fragment))
    return shown


def _once(shown: dict[str, Any], key: str, version: int, location: str | None = None) -> Answer:
    """Show a key in this answer alone: what an Idempotency-Key repeats has none."""
    return Answer({**shown, "key": key}, 201, version, location, kept={**shown, "key": None})
