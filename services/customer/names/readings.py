"""Readings of Han characters in pinyin without tones: of a name first as its surname is read."""

from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter

from services.customer.names import surnames
from services.customer.names.sources import READINGS
from services.customer.names.surnames import COMPOUND, Syllables

MOST = 4  # readings of one name
LONGEST = 4  # characters of a name that is read as a person's


def readings(han: str, surname: str = "") -> list[Syllables]:
    """Return up to `MOST` readings of simplified Han characters, the likeliest first."""
    found: list[tuple[int, Syllables]] = [(0, ())]
    for choices in _parts(han, surname):
        if len(choices) == 1:
            found = [(cost, before + choices[0]) for cost, before in found]
        else:
            longer = (
                (cost + more, before + one) for cost, before in found for more, one in enumerate(choices)
            )
            found = sorted(longer, key=itemgetter(0))[:MOST]
    return [syllables for _, syllables in found]


def surname_of(han: str, family: str = "") -> str:
    """Return the surname in Han characters: `family` if it is known, else what a person's begins with."""
    if family:
        return family if family in han and (len(family) == 1 or family in COMPOUND) else ""
    if not 2 <= len(han) <= LONGEST:
        return ""
    return han[:2] if len(han) > 2 and han[:2] in COMPOUND else han[0]


def _parts(han: str, surname: str) -> Iterator[Sequence[Syllables]]:
    """Yield the readings of each part: a character, or the surname."""
    table = _table()
    before, _, behind = han.partition(surname) if surname else ("", "", han)
    yield from (table.get(character, ((),)) for character in before)
    if surname:
        special = surnames.READINGS.get(surname, ())
        yield tuple(dict.fromkeys((*special, *table.get(surname, ())))) or ((),)
    yield from (table.get(character, ((),)) for character in behind)


@cache
def _table() -> dict[str, Sequence[Syllables]]:
    """Return the readings of single characters; lü is also written lu, by who has neither letter."""
    table: dict[str, Sequence[Syllables]] = {}
    for line in READINGS.read_text(encoding="utf-8").splitlines()[1:]:
        sounds, characters = line.split("\t")
        spelled = dict.fromkeys(each for one in sounds.split() for each in (one, one.replace("v", "u")))
        table |= dict.fromkeys(characters, tuple((each,) for each in spelled))
    return table
