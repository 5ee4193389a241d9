"""Writers through the gateway, as clients should be: what they do not know they repeat under its key."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from tests.chaos.evidence import Claim, Look, Operation, Outcome

OWNERS, DEPARTMENTS = ("u-1", "u-2", "u-3", None), ("east", "west", None)
PATIENCE, TIMEOUT_S, PAUSE_S = (1, 5, 25), 4.0, 0.4  # tries, at most; seconds
ROWS, RECENT = 200, 60
EXPECTED = frozenset((200, 201, 204, 404, 412))
Answer = httpx.Response | None


@dataclass
class World:
    """What the writers share: the records that they know of, what was acknowledged, and the log."""

    addresses: tuple[str, ...]
    key: str
    wanted: int  # events
    events: int = 0
    known: list[UUID] = field(default_factory=list)
    floors: dict[UUID, int] = field(default_factory=dict)
    gone: set[UUID] = field(default_factory=set)
    operations: list[Operation] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    replayed: int = 0  # answers that an earlier try had been given
    surprises: list[str] = field(default_factory=list)  # answers that no fault explains

    def acknowledge(self, operation: Operation) -> None:
        """Note the end of an operation, and what from now on nobody may read older."""
        operation.ended = time.monotonic()
        for claim in operation.claims:
            if claim.outcome is Outcome.OK and claim.subject and claim.version:
                self.events += 1
                if operation.kind == "record":
                    continue
                if claim.subject not in self.floors:
                    self.known.append(claim.subject)
                self.floors[claim.subject] = max(claim.version, self.floors.get(claim.subject, 0))
                if operation.kind == "delete":
                    self.gone.add(claim.subject)


class Writer:
    """One client: creates, batches, conditional patches, deletes, meets strangers; through either gateway."""

    def __init__(self, world: World, number: int, seed: int) -> None:
        self.world, self.number, self.done = world, number, 0
        self.dice = random.Random(f"{seed} writer {number}")  # noqa: S311 - repeatable
        headers = {"Authorization": f"Bearer {world.key}"}
        self.http = httpx.AsyncClient(headers=headers, timeout=TIMEOUT_S)

    async def work(self, stop: asyncio.Event) -> None:
        """Write until told to stop."""
        kinds = {self.create: 25, self.patch: 45, self.batch: 15, self.delete: 10, self.meet: 5}
        async with self.http:
            while not stop.is_set():
                (act,) = self.dice.choices(list(kinds), list(kinds.values()))
                await act()

    async def create(self, **more: object) -> None:
        """Create a customer."""
        operation = self._begin("create")
        row = self._rows(operation.key, 1)[0] | more
        answer, _ = await self._send("POST", "customers", row, key=operation.key)
        self._end(operation, answer, [self._made(row, answer)])

    async def meet(self) -> None:
        """Record a contact with somebody unknown, who then becomes a customer."""
        operation = self._begin("record")
        name = {"system": "erp", "id": operation.key}
        row = {"customer": name, "channel": "phone", "occurred_at": "2026-03-01T09:30:00Z"}
        row["attributes"] = {"op": operation.key}
        answer, _ = await self._send("POST", "interactions", row, key=operation.key)
        self._end(operation, answer, [self._made(row, answer)])
        await self.create(identities=[name])

    async def batch(self) -> None:
        """Create and update many customers in one request."""
        operation = self._begin("batch")
        rows = self._rows(operation.key, self.dice.randint(2, ROWS))
        subjects = self.dice.sample(self.world.known, min(len(self.world.known), len(rows) // 2))
        for row, subject in zip(rows, subjects, strict=False):
            label = row["attributes"]["op"]
            row |= {"id": str(subject), "attributes": {"op": label}}
            del row["name"]
            row.pop("identities", None)
        answer, _ = await self._send(
            "POST", "customers/batch", {"mode": "upsert", "items": rows}, key=operation.key
        )
        results = answer.json()["results"] if answer is not None and answer.is_success else [None] * len(rows)
        claims = [self._written(row, answer, result) for row, result in zip(rows, results, strict=True)]
        self._end(operation, answer, claims)

    async def patch(self) -> None:
        """Read a customer, raise its counter, and write it back unless somebody else was faster."""
        subject, data = await self._read()
        if subject is None or data is None:
            return
        operation, version = self._begin("patch"), data["version"]
        change: dict[str, Any] = {"attributes": {"op": operation.key, "n": data["attributes"]["n"] + 1}}
        if self.dice.random() < 0.3:
            change |= {"owner": self.dice.choice(OWNERS), "department": self.dice.choice(DEPARTMENTS)}
        answer, doubt = await self._send("PATCH", f"customers/{subject}", change, match=version)
        outcome = _outcome(answer, doubt=doubt)
        claim = Claim(operation.key, outcome, subject, version + 1, counts=True)
        self._end(operation, answer, [claim], outcome)

    async def delete(self) -> None:
        """Delete a customer unless somebody changed it meanwhile."""
        subject, data = await self._read()
        if subject is None or data is None:
            return
        operation, version = self._begin("delete"), data["version"]
        answer, doubt = await self._send("DELETE", f"customers/{subject}", None, match=version)
        outcome = _outcome(answer, doubt=doubt)
        self._end(operation, answer, [Claim(f"delete {subject}", outcome, subject, version + 1)], outcome)

    def _begin(self, kind: str) -> Operation:
        self.done += 1
        operation = Operation(f"{kind} {self.number}-{self.done}", kind, time.monotonic())
        self.world.operations.append(operation)
        return operation

    def _end(
        self, operation: Operation, answer: Answer, claims: list[Claim], outcome: Outcome | None = None
    ) -> None:
        operation.outcome = outcome or _keyed(answer)
        operation.claims = claims
        self.world.acknowledge(operation)

    def _rows(self, key: str, count: int) -> list[dict[str, Any]]:
        rows = []
        for number in range(count):
            label = f"{key}/{number}"
            row: dict[str, Any] = {"name": f"顾客 {label}", "attributes": {"op": label, "n": 0}}
            row |= {"owner": self.dice.choice(OWNERS), "department": self.dice.choice(DEPARTMENTS)}
            if self.dice.random() < 0.3:
                row["identities"] = [{"system": "erp", "id": label}]
            rows.append(row)
        return rows

    @staticmethod
    def _made(row: dict[str, Any], answer: Answer) -> Claim:
        outcome, label = _keyed(answer), row["attributes"]["op"]
        if answer is None or outcome is not Outcome.OK:
            return Claim(label, outcome)
        return Claim(label, outcome, UUID(answer.json()["id"]), answer.json()["version"])

    @staticmethod
    def _written(row: dict[str, Any], answer: Answer, result: dict[str, Any] | None) -> Claim:
        label = row["attributes"]["op"]
        if result is None:
            return Claim(label, _keyed(answer))
        if result["problem"] is not None:
            return Claim(label, Outcome.FAILED)
        return Claim(label, Outcome.OK, UUID(result["id"]), result["version"])

    async def _read(self) -> tuple[UUID | None, dict[str, Any] | None]:
        """Read a customer, mostly a recent one that others change too."""
        known, world = self.world.known, self.world
        if not known:
            return None, None
        subject = self.dice.choice(known[-RECENT:] if self.dice.random() < 0.7 else known)
        floor, gone = world.floors[subject], subject in world.gone
        answer, _ = await self._send("GET", f"customers/{subject}")
        if answer is None or answer.status_code not in {200, 404}:
            return None, None
        data = answer.json() if answer.is_success else None
        world.looks.append(Look(subject, floor, gone, data and data["version"]))
        return subject, data

    async def _send(
        self, method: str, path: str, body: object = None, *, key: str | None = None, match: int | None = None
    ) -> tuple[Answer, bool]:
        """Ask until there is an answer or no patience; `doubt`: an earlier try may have had its effect."""
        headers = {"Idempotency-Key": key} if key else {}
        headers |= {"If-Match": f'"{match}"'} if match else {}
        doubt = False
        for attempt in range(self.dice.choice(PATIENCE)):
            await asyncio.sleep(min(attempt, 5) * PAUSE_S * self.dice.random())
            url = f"{self.dice.choice(self.world.addresses)}/v1/{path}"
            try:
                answer = await self.http.request(method, url, json=body, headers=headers)
            except httpx.TransportError:
                doubt = True
                continue
            self.world.replayed += answer.headers.get("idempotency-replayed") == "true"
            if not _says_nothing(answer):
                if answer.status_code not in EXPECTED:
                    self.world.surprises.append(f"{method} {path}: {answer.status_code} {answer.text}")
                return answer, doubt
            doubt = doubt or answer.status_code != 429
        return None, doubt


def _says_nothing(answer: httpx.Response) -> bool:
    running = answer.status_code == 409 and answer.json()["code"] == "idempotency_key_in_progress"
    return running or answer.status_code == 429 or answer.status_code >= 500


def _keyed(answer: Answer) -> Outcome:
    """Tell what became of a request with a key: an answer is the answer to all of its tries."""
    if answer is None:
        return Outcome.UNKNOWN
    return Outcome.OK if answer.is_success else Outcome.FAILED


def _outcome(answer: Answer, *, doubt: bool) -> Outcome:
    """Tell what became of a conditional request: a refusal may be due to its own earlier try."""
    if answer is None or (doubt and not answer.is_success):
        return Outcome.UNKNOWN
    return Outcome.OK if answer.is_success else Outcome.FAILED
