"""Who holds which key: cached for seconds, so that a revocation is known everywhere within five."""

import asyncio
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import bindparam

from gateway.access import minting
from gateway.access.models import ApiKey
from gateway.access.queries import VALID
from gateway.access.rights import principal_of
from gateway.access.usage import Usage
from gateway.limits import Bucket
from gateway.rates.leases import Leases, Share
from shared.auth import Principal, Signer
from shared.errors import Unavailable
from shared.statements import Statement

TTL_S = 4.0  # below the promised five seconds, which also hold the question itself
TOKEN_S = 20.0  # a token is asked from the signer again after this; it lives far longer
MOST, MOST_WRONG = 10_000, 10_000
_FIND = Statement(VALID.where(ApiKey.digest == bindparam("digest")))


class Credential(NamedTuple):
    """The key that was shown, and the client whose it is."""

    client_id: UUID
    name: str
    key_id: UUID
    expires_at: datetime | None


class Caller:
    """A key as the door needs it: its principal, its client's rate, and the token that speaks for it."""

    __slots__ = ("_signer", "_token", "_until", "bucket", "credential", "principal")

    def __init__(
        self, principal: Principal, bucket: Bucket | Share, signer: Signer, credential: Credential
    ) -> None:
        self.principal, self.bucket, self._signer = principal, bucket, signer
        self.credential = credential
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
        self.leases = Leases(pool)
        self.usage = Usage(pool)

    async def of(self, key: bytes, now: float) -> Caller | None:
        """Return the caller, and note that its key is used; None for a key that is unknown or has ended.

        `now` is monotonic.
        """
        if not minting.plausible(key):
            return None
        digest = minting.digest(key)
        known = self.known.get(digest)
        caller = known[0] if known and now < known[1] else await self._learn(digest, now)
        if caller is not None:
            self.usage.note(caller.credential.key_id)
        return caller

    def forget(self) -> None:
        """Ask again for every key: one of them, or what it may do, was just changed here.

        Questions that are under way end in what was forgotten: their answers may be older than the change.
        """
        self.known, self.asking = OrderedDict(), {}

    async def _learn(self, digest: bytes, now: float) -> Caller | None:
        if now < self.wrong.get(digest, 0.0):
            return None
        asking = self.asking
        task = asking.get(digest)
        if task is None:  # one question per key, however many requests wait for it
            task = asking[digest] = asyncio.create_task(self._ask(digest))
            task.add_done_callback(lambda _: asking.pop(digest, None))
        return await asyncio.shield(task)

    async def _ask(self, digest: bytes) -> Caller | None:
        until, known = time.monotonic() + TTL_S, self.known
        try:
            row = await _FIND.one(self.pool, digest=digest)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
            raise Unavailable("Keys cannot be checked, try again.", headers={"Retry-After": "1"}) from problem
        known.pop(digest, None)
        if row is None:
            _keep(self.wrong, digest, until, MOST_WRONG)
            return None
        caller = self._caller(row)
        left = row["left"]
        until = until if left is None else min(until, time.monotonic() + float(left))
        _keep(known, digest, (caller, until), MOST)
        return caller

    def _caller(self, row: asyncpg.Record) -> Caller:
        """Return the key's caller, with its client's share of the rate: one for all its keys."""
        share = self.leases.share(row["client_id"], row["rate"])
        credential = Credential(row["client_id"], row["name"], row["key_id"], row["expires_at"])
        return Caller(principal_of(row), share, self.signer, credential)


def _keep(cache: OrderedDict[Any, Any], key: object, value: object, most: int) -> None:
    cache[key] = value
    cache.move_to_end(key)
    if len(cache) > most:
        cache.popitem(last=False)
