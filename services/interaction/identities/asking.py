"""Asking the customer service who somebody is, for a moment at most."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeVar
from uuid import UUID

from services.interaction.identities.people import Key, Known, as_told, by_former_id
from shared.errors import Invalid, Problem
from web.clients import ServiceClient

PATIENCE_S = 0.2  # one question, whatever it asks for
AT_ONCE = 100  # ids in one question for the newest states
STATES = "/v1/changes/snapshot"
SEARCHED_S = 1.0  # a search, for people who wait for proposals
CALLERS = "/v1/customers/callers"
SEARCH, HISTORY = "/v1/customers/search", "/v1/customers/{}/history"
CHANGES = 1000  # in one answer
PER_NUMBER_S, NUMBERS_AT_ONCE = 0.02, 8  # beside PATIENCE_S: a batch may ask for hundreds
# Readings of a number that are as good as the number; the others are for people to judge.
SURE = frozenset(
    ("exact", "by_country", "by_default_country", "plus_added", "foreign_prefix", "plus_removed")
)
Answer = TypeVar("Answer")
Number = tuple[str, str | None]  # as written, and the country where it was
QUIET_S = 2.0  # after a failure nobody is asked for so long: writers do not queue behind a dead service


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

    async def reached(self, numbers: Collection[Number]) -> dict[Number, UUID]:
        """Return the customer of each number that one customer alone has, as far as it can be asked."""
        found: dict[Number, UUID] = {}
        places = asyncio.Semaphore(NUMBERS_AT_ONCE)

        async def ask(number: Number) -> None:
            async with places:
                given = {"number": number[0], "limit": 2} | ({"country": number[1]} if number[1] else {})
                try:
                    said = await self._client.get(CALLERS, given)
                except Invalid:  # what is no number is nobody's
                    return
            if len(said["items"]) == 1 and said["items"][0]["match"] in SURE:
                found[number] = UUID(said["items"][0]["customer_id"])

        if numbers:
            seconds = self.patience + PER_NUMBER_S * len(numbers)
            await self._patiently(lambda: asyncio.gather(*map(ask, numbers)), seconds)
        return found

    async def holders(self, field: str, value: str) -> list[UUID] | None:
        """Return customers who have a contact point, two at most; None if they could not be asked for.

        `field` is "email" or "phone"; a value that cannot be one is nobody's.
        """
        wanted = {"filter": {"field": field, "op": "contains", "value": value}, "limit": 2}

        async def ask() -> list[UUID]:
            try:
                page = await self._client.post(SEARCH, wanted)
            except Invalid:
                return []
            return [UUID(each["id"]) for each in page["items"]]

        return await self._patiently(ask, self.patience)

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


def _told(item: Mapping[str, Any]) -> Known:
    data = item["data"]
    return as_told(UUID(item["subject"]), data["owner"], data["department"])
