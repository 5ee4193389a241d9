"""What a search string may mean: ways to be found by it, in tiers, from certain to far-fetched. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from unicodedata import normalize

from services.customer.customers.contacts import normalized
from services.customer.keys.key import ENDS, FIRST, NAMED, REACHED, TAGGED, WHOLE, others, pairs
from services.customer.keys.open import plain
from services.customer.keys.personal import digits
from services.customer.names.folding import HAN_RUN, fold, spellings
from services.customer.names.forms import transliterated
from services.customer.search.clauses import Clause, clause
from services.customer.search.typos import neighbours

LONGEST, MOST_WORDS = 200, 8  # characters and words of a question that count
SHORTEST_PREFIX, SHORTEST_END = 2, 4  # letters, digits
_NUMBER = re.compile(r"[+\d\s()./-]{4,}")


@dataclass(frozen=True, slots=True)
class Tier:
    """Ways to be found that rank alike; `last_resort` is for who finds nothing in the tiers before."""

    score: float
    clauses: tuple[Clause, ...]
    last_resort: bool = False


def tiers(question: str, country: str, *, personal: bool) -> tuple[Tier, ...]:
    """Return how a question may be met, the best first; without `personal` never by personal data.

    `country` is where a phone number without a prefix is dialled.
    """
    asked = _Asked(question[:LONGEST], country)
    found = (
        Tier(1.0, tuple(asked.exact())),
        Tier(0.8, tuple(asked.forms())),
        Tier(0.6, tuple(asked.words())),
        Tier(0.4, tuple(asked.beginnings())),
        Tier(0.2, tuple(asked.slips()), last_resort=True),
    )
    return tuple(tier for each in found if (tier := _allowed(each, personal=personal)).clauses)


def _allowed(tier: Tier, *, personal: bool) -> Tier:
    return replace(
        tier, clauses=tuple(each for each in tier.clauses if each.parts and personal >= each.personal)
    )


class _Asked:
    """The parts of a question, taken apart once."""

    def __init__(self, question: str, country: str) -> None:
        self.given, self.plain, self.country = question.strip(), normalize("NFKC", question), country
        self.folded = " ".join(fold(question).split()[:MOST_WORDS])
        self.han = [*pairs(self.folded)]
        self.native = others(self.folded)
        self.latin = [transliterated(each).split()[:MOST_WORDS] for each in spellings(self.folded_case())]
        self.joined = "".join(self.latin[0])
        self.is_latin = not self.han and bool(self.joined)

    def folded_case(self) -> str:
        """Return the question without Han characters, with its diacritics."""
        return HAN_RUN.sub(" ", self.given)

    def exact(self) -> Iterator[Clause]:
        yield clause("name", "exact", [self.folded and WHOLE + self.folded])
        yield clause("identity", "exact", [NAMED + plain(self.given)] if self.given else ())
        if number := self._number():
            yield clause("phone", "exact", [ENDS + digits(number)], personal=True)
        if mail := normalized("email", self.given, self.country):
            yield clause("email", "exact", [REACHED + mail], personal=True)
        elif self.given:
            yield clause("contact", "exact", [REACHED + self.given.casefold()], personal=True)

    def forms(self) -> Iterator[Clause]:
        if self.han:
            yield clause("name", "han", (*self.han, *self.native))
        elif self.native:
            for words in (self.native, *self.latin):
                yield clause("name", "folded", words)
        if self.is_latin:
            yield clause("name", "pinyin", [self.joined])
            yield clause("name", "initials", [FIRST + self.joined])

    def words(self) -> Iterator[Clause]:
        if self.folded:
            yield clause("tag", "exact", [TAGGED + self.folded])
            yield clause("attribute", "exact", [WHOLE + self.folded], personal=True)
        if len(self.folded) > 1:
            yield clause("address", "words", (*self.han, *self.native), personal=True)
        if _NUMBER.fullmatch(self.plain) and len(ends := digits(self.plain)) >= SHORTEST_END:
            yield clause("phone", "ends", [ENDS + ends], begins=True, personal=True)

    def beginnings(self) -> Iterator[Clause]:
        if self.is_latin and len(self.joined) >= SHORTEST_PREFIX and "@" not in self.given:
            yield clause("name", "prefix", [self.joined], begins=True)
            yield clause("name", "prefix", self.latin[0], begins=True)
        start = plain(self.given)
        if len(start) > SHORTEST_PREFIX and start.isascii():
            yield clause("identity", "prefix", [NAMED + start], begins=True)
            yield clause("email", "prefix", [REACHED + start], begins=True, personal=True)

    def slips(self) -> Iterator[Clause]:
        if self.is_latin and any(len(neighbours(word)) > 1 for word in (*self.latin[0], self.joined)):
            yield Clause("name", "typo", tuple(map(neighbours, self.latin[0])))
            if len(self.latin[0]) > 1:
                yield Clause("name", "typo", (neighbours(self.joined),))

    def _number(self) -> str | None:
        return normalized("phone", self.given, self.country) if any(map(str.isdigit, self.given)) else None
