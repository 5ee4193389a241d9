"""Readings of Han characters in pinyin without tones: of a name first as its surname is read."""

from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter

from services.customer.names import surnames
from services.customer.names.sources import READINGS
from services.customer.names.surnames import COMPOUND, Syllables

MOST = 4  # readings of one name
LONGEST = 4  # characters of a name that is read as a person's


def readings(han: str, family: str = "") -> list[Syllables]:
    """Return up to `MOST` readings of simplified Han characters, the likeliest first.

    `family` is the surname among them, if it is known; else one of a person's length begins with it.
    """
    found: list[tuple[int, Syllables]] = [(0, ())]
    for choices in _parts(han, family):
        if len(choices) == 1:
            found = [(cost, before + choices[0]) for cost, before in found]
        else:
            longer = (
                (cost + more, before + one) for cost, before in found for more, one in enumerate(choices)
            )
            found = sorted(longer, key=itemgetter(0))[:MOST]
    return [syllables for _, syllables in found]


def _parts(han: str, family: str) -> Iterator[Sequence[Syllables]]:
    """Yield the readings of each part: a character, or the surname."""
    table, surname = _table(), _surname(han, family)
    before, _, behind = han.partition(surname) if surname else ("", "", han)
    for character in before:
        yield table.get(character, ((),))
    if surname:
        special = surnames.READINGS.get(surname, ())
        yield tuple(dict.fromkeys((*special, *table.get(surname, ())))) or ((),)
    for character in behind:
        yield table.get(character, ((),))


def _surname(han: str, family: str) -> str:
    if family:
        return family if family in han and (len(family) == 1 or family in COMPOUND) else ""
    if not 2 <= len(han) <= LONGEST:
        return ""
    return han[:2] if len(han) > 2 and han[:2] in COMPOUND else han[0]


@cache
def _table() -> dict[str, Sequence[Syllables]]:
    """Return the readings of single characters; lü is also written lu, by who has neither letter."""
    table: dict[str, Sequence[Syllables]] = {}
    for line in READINGS.read_text(encoding="utf-8").splitlines()[1:]:
        sounds, characters = line.split("\t")
        spelled = dict.fromkeys(each for one in sounds.split() for each in (one, one.replace("v", "u")))
        table |= dict.fromkeys(characters, tuple((each,) for each in spelled))
    return table
