"""Writing once: one transaction that commits before the answer, at most once per Idempotency-Key."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response

from shared.auth import Principal
from shared.database import Transaction
from shared.errors import Invalid, Unavailable
from web.app import Core, answer, core
from web.idempotency import HEADER, LONGEST, InProgress, KeyReused, Keys, RightsChanged, keys_of

BODY = hashlib.sha256().digest_size  # of a fingerprint; the rest stands for the rights
ATTEMPTS, PAUSE_S = 12, 0.2  # who loses each race to another writer needs as many tries as there are writers
_RACES = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_IN_THE_WAY = (asyncpg.UniqueViolationError, asyncpg.LockNotAvailableError, *_RACES)
Given = TypeVar("Given")
Action = Callable[[Transaction], Awaitable["Answer"]]
# Gets the parameters of `web.idempotency.keep`, None without a key; says nothing when it did nothing.
Straight = Callable[[Transaction, Mapping[str, object] | None], Awaitable["Answer | None"]]


class Again(Exception):  # noqa: N818 - a request, not an error
    """Raised by an action that lost a race and is right when it runs again from the start."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an action says: a JSON body and what goes with it; `subjects` are the records that it names.

    `kept` is what a replay says in place of a body that must not be stored.
    """

    body: object
    status: int = 200
    version: int | None = None
    location: str | None = None
    subjects: Sequence[UUID] = ()
    kept: object = None

    def respond(self) -> Response:
        """Return the response."""
        headers = {} if self.location is None else {"location": self.location}
        return answer(self.body, status=self.status, version=self.version, headers=headers)


async def at_once(request: Request, principal: Principal, act: Straight) -> Response | None:
    """Try an action that is one statement, committed by itself, which keeps the answer under its key too.

    None when something is in its way, such as a key that was used before: nothing is written then, and
    `once` is to judge.
    """
    keyed, held = await _keyed(request, principal), core(request)
    with suppress(*_IN_THE_WAY):
        async with held.database.single(principal, at=held.clock()) as transaction:
            said = await act(transaction, None if keyed is None else keyed.parameters(transaction))
        return None if said is None else said.respond()
    return None


async def once(request: Request, principal: Principal, act: Action) -> Response:
    """Run an action and answer after its commit; with an Idempotency-Key, at most once.

    An action that meets a deadlock, or raises Again, runs again from the start in a new transaction.
    """
    run = await _keyed(request, principal) or _simply
    return await settled(core(request), principal, lambda transaction: run(transaction, act))


async def settled(held: Core, principal: Principal, act: Callable[[Transaction], Awaitable[Given]]) -> Given:
    """Return what an action gives, after its commit; it runs again as `once` says."""
    for attempt in range(ATTEMPTS):
        try:
            async with held.database.begin(principal, at=held.clock()) as transaction:
                given = await act(transaction)
        except (Again, *_RACES):
            longest = min(0.005 * 2**attempt, PAUSE_S)
            await asyncio.sleep(random.uniform(0, longest))  # noqa: S311 - so that racers part
        else:
            return given
    raise Unavailable("Too many writers want the same records.", headers={"Retry-After": "1"})


async def _keyed(request: Request, principal: Principal) -> "_Keyed | None":
    key = _key(request)
    return None if key is None else _Keyed(request, principal, key, await request.body())


async def _simply(transaction: Transaction, act: Action) -> Response:
    return (await act(transaction)).respond()


class _Keyed:
    """One keyed request: claims its key as the first statement, and keeps the answer as the last."""

    def __init__(self, request: Request, principal: Principal, key: str, body: bytes) -> None:
        self._keys: Keys = keys_of(core(request).settings.service)
        self._names = {"caller": principal.id, "route": f"{request.method} {request.url.path}", "key": key}
        self._mine = {f"my_{name}": value for name, value in self._names.items()}
        self._fingerprint = hashlib.sha256(body).digest() + principal.rights

    def parameters(self, transaction: Transaction) -> dict[str, object]:
        """Return what a statement that keeps its answer needs besides the location."""
        named = {**self._names, "fingerprint": self._fingerprint, "at": transaction.at}
        return {f"key_{name}": value for name, value in named.items()}

    async def __call__(self, transaction: Transaction, act: Action) -> Response:
        if not await self._claimed(transaction):
            return await self._replay(transaction)
        said = await act(transaction)
        await self._keys.keep.one(
            transaction.connection,
            **self._mine,
            status=said.status,
            version=said.version,
            location=said.location,
            body=orjson.dumps(said.body if said.kept is None else said.kept),
            subjects=list(said.subjects),
        )
        return said.respond()

    async def _claimed(self, transaction: Transaction) -> bool:
        try:
            claimed = await self._keys.claim.one(
                transaction.connection, **self._names, fingerprint=self._fingerprint, at=transaction.at
            )
        except asyncpg.LockNotAvailableError as problem:
            raise InProgress("Ask again when it has ended.", headers={"Retry-After": "1"}) from problem
        return claimed is not None

    async def _replay(self, transaction: Transaction) -> Response:
        earlier = await self._keys.earlier.one(transaction.connection, **self._mine)
        if earlier is None:  # forgotten between the two statements
            raise Again
        if earlier["fingerprint"][:BODY] != self._fingerprint[:BODY]:
            raise KeyReused("Use a new key for a new request.")
        if earlier["fingerprint"] != self._fingerprint:
            raise RightsChanged("It was done under other rights; read what it changed.")
        said = Answer(
            orjson.Fragment(earlier["body"]), earlier["status"], earlier["version"], earlier["location"]
        )
        response = said.respond()
        response.headers["idempotency-replayed"] = "true"
        return response


def _key(request: Request) -> str | None:
    key = request.headers.get(HEADER)
    if key is not None and not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        detail = f"An Idempotency-Key has 1 to {LONGEST} printable ASCII characters."
        raise Invalid(detail, errors=[{"header": HEADER, "code": "bad_key", "detail": detail}])
    return key
