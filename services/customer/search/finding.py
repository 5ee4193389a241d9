"""Finding by a string: tier after tier, until the page is full."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record

from filters.conditions import Filter
from services.customer.search import queries
from services.customer.search.clauses import Clause, tsquery
from services.customer.search.hits import KNOWN, SHOWN, hits
from services.customer.search.matches import match
from services.customer.search.questions import Tier
from services.customer.search.schemas import CustomerSort
from shared.auth import Principal
from shared.statements import Runner
from web.lists import LAST_ID, asked

SAMPLE, WIDEST, SPARE = 400, 6_000, 1.5  # customers to look through, and how much more than it should take
Page = tuple[list[Any], list[Any] | None]
Ask = Callable[..., Awaitable[list[Record]]]


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the customers that a principal sees, that a filter lets through and that meet some tier.

    A page comes with the keys that the next one is behind: None at the end.
    """

    on: Runner
    principal: Principal
    wanted: Filter
    tiers: Sequence[Tier]

    async def best(self, limit: int, last: Sequence[Any] | None) -> Page:
        """Return the hits behind the last one, by its score and its id: the best first."""
        found: list[tuple[Tier, Record]] = []
        for index, tier in enumerate(self.tiers):
            if last and tier.score > last[0]:
                continue
            here = bool(last and tier.score == last[0])
            if tier.last_resort and (found or (last and not here)):
                break
            met = await self._known(tier) if tier.last_resort else tier
            before = () if tier.last_resort else self.tiers[:index]
            behind = last[1] if last and here else LAST_ID
            found += [(met, row) for row in await self._of(met, before, behind, limit + 1 - len(found))]
            if len(found) > limit:
                break
        items = await self._shown(found[:limit])
        end = [found[limit - 1][0].score, found[limit - 1][1]["id"]] if len(found) > limit else None
        return items, end

    async def ordered(self, order: CustomerSort, limit: int, last: Sequence[Any] | None) -> Page:
        """Return the hits behind the last one, by its time and its id; without tiers, all customers."""
        usual = [tier for tier in self.tiers if not tier.last_resort]
        keys = (("open", "personal") if self.principal.personal else ("open",)) if self.tiers else ()
        page = queries.page(self.wanted.shape, order.field, order.direction, frozenset(keys))
        given = {**self.wanted.given, **_asked("keys", [each for tier in usual for each in tier.clauses])}
        items, end = await asked(
            limit, ("at", "id"), last, lambda **place: page.all(self.on, self.principal, **place, **given)
        )
        return [_hit(data, usual) for data in items] if self.tiers else items, end

    async def _of(self, tier: Tier, before: Iterable[Tier], last_id: UUID, limit: int) -> list[Record]:
        given = {
            **self.wanted.given,
            **_asked("keys", tier.clauses),
            **_asked("before", [each for one in before for each in one.clauses]),
            "last_id": last_id,
            "limit": limit,
        }
        ask = self._ask(given)
        return await (ask(newest=False) if tier.rare else _adaptively(ask, limit))

    def _ask(self, given: Mapping[str, Any]) -> Ask:
        principal = self.principal

        async def ask(*, newest: bool, **more: int) -> list[Record]:
            shape, sees = self.wanted.shape, principal.visibility
            statement = hits(shape, sees, personal=principal.personal, newest=newest)
            return await statement.all(self.on, principal, **given, **more)

        return ask

    async def _shown(self, found: Sequence[tuple[Tier, Record]]) -> list[orjson.Fragment]:
        """Return the JSON of hits; who was deleted a moment ago is left out."""
        ids = [row["id"] for _, row in found]
        rows = await SHOWN.all(self.on, self.principal, ids=ids) if ids else []
        data = {row["id"]: row["data"] for row in rows}
        return [_hit(data[row["id"]], (tier,)) for tier, row in found if row["id"] in data]

    async def _known(self, tier: Tier) -> Tier:
        """Return a tier with the words that some customer has: of hundreds of slips the few that are."""
        words = {word for each in tier.clauses for part in each.parts for word in part}
        known = {row["word"] for row in await KNOWN.all(self.on, words=list(words))}
        return replace(tier, clauses=tuple(filter(None, (each.among(known) for each in tier.clauses))))


def _asked(parameter: str, clauses: Sequence[Clause]) -> dict[str, str]:
    """Return the parameters that ask for any of the clauses."""
    kinds = {"open": False, "personal": True}
    return {f"{name}_{parameter}": tsquery(clauses, personal=kind) for name, kind in kinds.items()}


def _hit(data: orjson.Fragment, tiers: Iterable[Tier]) -> orjson.Fragment:
    """Return a customer's JSON with how it met the first of the tiers that it meets."""
    raw = orjson.dumps(data)
    told = orjson.dumps(match(orjson.loads(raw), tiers))
    return orjson.Fragment(b'%b, "match": %b}' % (raw[:-1], told))


async def _adaptively(ask: Ask, limit: int) -> list[Record]:
    """Look through the newest few, through more when they promise a page, and ask the indexes otherwise."""
    rows = await ask(newest=True, window=SAMPLE)
    if rows and len(rows) < limit and (window := int(SAMPLE * SPARE * limit / len(rows))) <= WIDEST:
        rows = await ask(newest=True, window=window)
    return rows if len(rows) >= limit else await ask(newest=False)
