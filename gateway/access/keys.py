"""Who holds which key: cached for seconds, so that a revocation is known everywhere within five."""

import asyncio
import time
from collections import OrderedDict
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import bindparam, func, or_, select

from gateway.access import minting
from gateway.access.models import ApiKey, Client
from gateway.limits import Bucket
from shared.auth import Principal, Signer, Visibility
from shared.errors import Unavailable
from shared.statements import Statement

TTL_S = 4.0  # below the promised five seconds, which also hold the question itself
TOKEN_S = 20.0  # a token is asked from the signer again after this; it lives far longer
MOST, MOST_WRONG = 10_000, 10_000
_FIND = Statement(
    select(
        Client.id,
        Client.principal_id,
        Client.scopes,
        Client.visibility,
        Client.department,
        Client.source,
        Client.rate,
        func.extract("epoch", ApiKey.expires_at - func.now()).label("left"),
    )
    .join(Client, Client.id == ApiKey.client_id)
    .where(
        ApiKey.digest == bindparam("digest"),
        ApiKey.revoked_at.is_(None),
        or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > func.now()),
    )
)


class Caller:
    """A client as the door needs it: its principal, its rate, and the token that speaks for it."""

    __slots__ = ("_signer", "_token", "_until", "bucket", "principal")

    def __init__(self, principal: Principal, bucket: Bucket, signer: Signer) -> None:
        self.principal, self.bucket, self._signer = principal, bucket, signer
        self._token, self._until = b"", 0.0

    def token(self, now: float) -> bytes:
        """Return the signed identity; `now` is monotonic."""
        if now >= self._until:
            self._token, self._until = self._signer.token(self.principal).encode(), now + TOKEN_S
        return self._token


class Keys:
    """Finds the caller behind a key; wrong keys are remembered apart, so that guesses push out nobody."""

    def __init__(self, pool: asyncpg.Pool, signer: Signer) -> None:
        self.pool, self.signer = pool, signer
        self.known: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()
        self.wrong: OrderedDict[bytes, float] = OrderedDict()
        self.asking: dict[bytes, asyncio.Task[Caller | None]] = {}
        self.callers: OrderedDict[UUID, Caller] = OrderedDict()

    async def of(self, key: bytes, now: float) -> Caller | None:
        """Return the caller; None for a key that is unknown, expired or revoked. `now` is monotonic."""
        if not minting.plausible(key):
            return None
        digest = minting.digest(key)
        if (known := self.known.get(digest)) and now < known[1]:
            return known[0]
        if now < self.wrong.get(digest, 0.0):
            return None
        task = self.asking.get(digest)
        if task is None:  # one question per key, however many requests wait for it
            task = self.asking[digest] = asyncio.create_task(self._ask(digest))
            task.add_done_callback(lambda _: self.asking.pop(digest, None))
        return await asyncio.shield(task)

    def forget(self) -> None:
        """Ask again for every key: one of them was just revoked here."""
        self.known.clear()

    async def _ask(self, digest: bytes) -> Caller | None:
        until = time.monotonic() + TTL_S
        try:
            row = await _FIND.one(self.pool, digest=digest)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
            raise Unavailable("Keys cannot be checked, try again.", headers={"Retry-After": "1"}) from problem
        self.known.pop(digest, None)
        if row is None:
            _keep(self.wrong, digest, until, MOST_WRONG)
            return None
        caller = self._caller(row)
        left = row["left"]
        until = until if left is None else min(until, time.monotonic() + float(left))
        _keep(self.known, digest, (caller, until), MOST)
        return caller

    def _caller(self, row: asyncpg.Record) -> Caller:
        """Return the client's one caller, with its bucket as far as it is spent."""
        principal = Principal(
            row["principal_id"],
            frozenset(row["scopes"]),
            Visibility(row["visibility"]),
            row["department"],
            row["source"],
        )
        held = self.callers.get(row["id"])
        if held and held.principal == principal and held.bucket.rate == row["rate"]:
            return held
        bucket = held.bucket if held and held.bucket.rate == row["rate"] else Bucket(row["rate"])
        caller = Caller(principal, bucket, self.signer)
        _keep(self.callers, row["id"], caller, MOST)
        return caller


def _keep(cache: OrderedDict[Any, Any], key: object, value: object, most: int) -> None:
    cache[key] = value
    cache.move_to_end(key)
    if len(cache) > most:
        cache.popitem(last=False)
