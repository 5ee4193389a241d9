"""Finding by a string: tier after tier, in one statement; slips where that finds nobody."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import orjson
from asyncpg import Record

from filters.conditions import Filter
from services.customer.search import queries
from services.customer.search.clauses import tsquery
from services.customer.search.hits import hits
from services.customer.search.matches import match
from services.customer.search.questions import Tier
from services.customer.search.schemas import CustomerSort
from services.customer.search.words import known
from shared.auth import Principal
from shared.statements import Runner
from web.lists import LAST_ID, asked

Page = tuple[list[Any], list[Any] | None]
Last = Sequence[Any] | None
RANKED = "&by=score,created_at,id"  # told to cursors, that none of another order is read
AHEAD = (datetime.max.replace(tzinfo=UTC), LAST_ID)  # of the newest


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the customers that a principal sees, that a filter lets through and that meet some tier.

    A page comes with the keys that the next one is behind: None at the end.
    """

    on: Runner
    principal: Principal
    wanted: Filter
    tiers: Sequence[Tier]

    async def best(self, limit: int, last: Last) -> Page:
        """Return the hits behind the last one, by its score and its place: the best first."""
        tiers = [tier for tier in self.tiers if not tier.last_resort]
        rows = await self._hits(tiers, limit + 1, last)
        resort = [tier for tier in self.tiers if tier.last_resort and (not last or tier.score == last[0])]
        if resort and not rows:
            tiers = [await self._known(tier) for tier in resort]
            rows = await self._hits(tiers, limit + 1, last)
        found = [(tiers[row["tier"] - 1], row) for row in rows]
        items = [_hit(row["data"], (tier,)) for tier, row in found[:limit]]
        if len(found) <= limit:
            return items, None
        tier, row = found[limit - 1]
        return items, [tier.score, row["at"], row["id"]]

    async def ordered(self, order: CustomerSort, limit: int, last: Last) -> Page:
        """Return the hits behind the last one, by its time and its id; without tiers, all customers."""
        usual = [tier for tier in self.tiers if not tier.last_resort]
        keys = (("open", "personal") if self.principal.personal else ("open",)) if self.tiers else ()
        page = queries.page(self.wanted.shape, order.field, order.direction, frozenset(keys))
        given = {**self.wanted.given, **_asked(usual)}
        items, end = await asked(
            limit, ("at", "id"), last, lambda **place: page.all(self.on, self.principal, **place, **given)
        )
        return [_hit(data, usual) for data in items] if self.tiers else items, end

    async def _hits(self, tiers: Sequence[Tier], limit: int, last: Last) -> list[Record]:
        """Return the first rows behind the last one, which was of the first tier that is not better."""
        score, *place = last or (1.0, *AHEAD)
        first = next((number for number, tier in enumerate(tiers, 1) if tier.score <= score), None)
        if first is None:
            return []
        statement = hits(self.wanted.shape, self.principal.visibility, personal=self.principal.personal)
        at = place if tiers[first - 1].score == score else AHEAD
        given = {**self.wanted.given, **_asked(tiers), "first": first, "limit": limit}
        return await statement.all(self.on, self.principal, **given, last_at=at[0], last_id=at[1])

    async def _known(self, tier: Tier) -> Tier:
        """Return a tier with the words that some customer has: of hundreds of slips the few that are."""
        words = await known(self.on, (word for each in tier.clauses for part in each.parts for word in part))
        return replace(tier, clauses=tuple(filter(None, (each.among(words) for each in tier.clauses))))


def _asked(tiers: Sequence[Tier]) -> Mapping[str, Sequence[str | None]]:
    """Return the tiers as the parameters that `meeting` tells of."""
    clauses = [tier.clauses for tier in tiers]
    dear = (each.words for each in chain.from_iterable(clauses) if each.is_dear)
    words = list(dict.fromkeys(chain.from_iterable(dear)))
    return {
        "open": [tsquery(each, personal=False) for each in clauses],
        "cheap": [tsquery((one for one in each if not one.is_dear), personal=False) for each in clauses],
        "personal": [tsquery(each, personal=True) for each in clauses],
        "words": words,
    }


def _hit(data: orjson.Fragment, tiers: Collection[Tier]) -> orjson.Fragment:
    """Return a customer's JSON with how it met the first of the tiers that it meets."""
    raw = orjson.dumps(data)
    told = orjson.dumps(match(orjson.loads(raw), tiers))
    return orjson.Fragment(b'%b, "match": %b}' % (raw[:-1], told))
