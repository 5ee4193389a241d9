"""Asking the customer service who somebody is, for a moment at most."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from services.interaction.identities.people import Key, Known, as_told, by_former_id
from shared.errors import Invalid, Problem
from web.clients import ServiceClient

PATIENCE_S = 0.2  # one question, whatever it asks for
AT_ONCE = 90  # ids in one question for the newest states: a query has a hundred parameters at most
STATES = "/v1/changes/snapshot"
SEARCHED_S = 1.0  # a search, for people who wait for proposals
HOLDERS = "/v1/contact-points/resolve"
PER_POINT_S, POINTS_AT_ONCE = 0.02, 1_000  # beside PATIENCE_S; numbers and addresses in one question
LONGEST = 200  # characters of a number or an address
HISTORY = "/v1/customers/{}/history"
CHANGES = 1000  # in one answer
# Readings of a number that are as good as the number; the others are for people to judge.
SURE = frozenset(
    ("exact", "by_country", "by_default_country", "plus_added", "foreign_prefix", "plus_removed")
)
Answer = TypeVar("Answer")
QUIET_S = 2.0  # after a failure nobody is asked for so long: writers do not queue behind a dead service


class Point(NamedTuple):
    """A phone number or an e-mail address as it was written, and the country where it was."""

    type: str
    value: str
    country: str | None = None


class Holder(NamedTuple):
    """A customer who has a number or address; `sure` if what was written can be read so only."""

    customer_id: UUID
    sure: bool


Holders = dict[Point, list[Holder]]


class Customers:
    """The caller's view of the customer service; declares only what it reads."""

    def __init__(self, client: ServiceClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock, self._quiet_until = client, clock, 0.0
        self.patience = PATIENCE_S

    @property
    def quiet(self) -> bool:
        """Whether nobody is asked for now."""
        return self._clock() < self._quiet_until

    async def who(self, keys: Collection[Key], *, closely: bool) -> dict[Key, Known] | None:
        """Return those of the keys that the customer service knows; None if it could not be asked.

        Owners and departments of named customers are asked for only when `closely`.
        """
        return await self._patiently(lambda: self._ask(keys, closely=closely), self.patience)

    async def search(self, text: str, limit: int) -> list[dict[str, Any]] | None:
        """Return the customers that a string finds, the best first; None if they could not be asked for."""
        try:
            page = await self._client.get("/v1/customers", {"q": text, "limit": limit}, deadline=SEARCHED_S)
        except Invalid:
            return []  # no string that finds anybody
        except Problem:
            return None
        found: list[dict[str, Any]] = page["items"]
        return found

    async def past(self, id_: str, field: str) -> list[dict[str, Any]] | None:
        """Return the changes of a field of a customer, and of all that was merged into it, newest first.

        Each has the `subject` that it is of, `at`, and `changes`; None if they could not be asked for.
        """
        asked, changes = {"field": field, "limit": CHANGES}, list[dict[str, Any]]()
        while True:
            try:
                page = await self._client.get(HISTORY.format(id_), asked, deadline=SEARCHED_S)
            except Problem:
                return None
            changes += page["items"]
            if page["next"] is None:
                return changes
            asked = {**asked, "cursor": page["next"]}

    async def holders(self, points: Collection[Point]) -> Holders | None:
        """Return who has each number or address, two at most, the surest first; None: it could not be asked.

        All are asked for in one question, or in some for thousands; what cannot be one is nobody's.
        """
        asked = list(dict.fromkeys(each for each in points if 0 < len(each.value) <= LONGEST))
        if not asked:
            return {}
        parts = [asked[start : start + POINTS_AT_ONCE] for start in range(0, len(asked), POINTS_AT_ONCE)]

        async def ask() -> Holders:
            told = [await self._holders(part) for part in parts]
            return {point: holders for part in told for point, holders in part.items()}

        return await self._patiently(ask, self.patience + PER_POINT_S * len(asked))

    async def _patiently(self, ask: Callable[[], Awaitable[Answer]], seconds: float) -> Answer | None:
        """Return an answer that comes in time; else None, and nobody is asked for a while."""
        if self.quiet:
            return None
        try:
            async with asyncio.timeout(seconds):
                return await ask()
        except (Problem, TimeoutError):
            self._quiet_until = self._clock() + QUIET_S
            return None

    async def _holders(self, points: Sequence[Point]) -> Holders:
        items = [{name: value for name, value in each._asdict().items() if value} for each in points]
        try:
            said = await self._client.post(HOLDERS, {"items": items, "limit": 2})
        except Invalid:  # one that none can be makes no other a stranger's
            if len(points) == 1:
                return {points[0]: []}
            half = len(points) // 2
            return await self._holders(points[:half]) | await self._holders(points[half:])
        led = zip(points, said["results"], strict=True)
        return {point: [_holder(each) for each in result["holders"]] for point, result in led}

    async def _ask(self, keys: Collection[Key], *, closely: bool) -> dict[Key, Known]:
        told: dict[Key, Known] = {}
        names = [key for key in keys if not isinstance(key, UUID)]
        if names:
            items = [{"system": system, "id": name} for system, name in names]
            said = await self._client.post("/v1/identities/resolve", {"items": items})
            led = zip(names, said["results"], strict=True)
            told |= {name: as_told(UUID(each["customer_id"])) for name, each in led if each["customer_id"]}
        ids = {key for key in keys if isinstance(key, UUID)}
        seen = await self._states(ids | ({each.original_id for each in told.values()} if closely else set()))
        told = {name: seen.get(each.original_id, each) for name, each in told.items()}
        return told | {key: seen[key] for key in ids & seen.keys()} | await self._merged(ids - seen.keys())

    async def _merged(self, ids: Collection[UUID]) -> dict[UUID, Known]:
        """Return who those of the ids are whose records were merged away."""
        if not ids:
            return {}
        items = [{"id": str(id_)} for id_ in sorted(ids)]
        said = await self._client.post("/v1/identities/resolve", {"items": items})
        now = {UUID(each["id"]): UUID(each["customer_id"]) for each in said["results"] if each["customer_id"]}
        seen = await self._states(set(now.values()))
        return {id_: by_former_id(id_, seen[meant]) for id_, meant in now.items() if meant in seen}

    async def _states(self, ids: Collection[UUID]) -> dict[UUID, Known]:
        asked = sorted(map(str, ids))
        parts = [asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE)]
        pages = await asyncio.gather(
            *(self._client.get(STATES, {"kind": "customer", "ids": part, "brief": "true"}) for part in parts)
        )
        items = [item for page in pages for item in page["items"] if item["data"] is not None]
        return {UUID(item["subject"]): _told(item) for item in items}


def _holder(item: Mapping[str, Any]) -> Holder:
    return Holder(UUID(item["customer_id"]), item["match"] in SURE)


def _told(item: Mapping[str, Any]) -> Known:
    data = item["data"]
    return as_told(UUID(item["subject"]), data["owner"], data["department"])
