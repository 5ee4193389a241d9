"""All the forms of one name: what it is found by, and what names are compared by."""

import re
from dataclasses import dataclass

from anyascii import anyascii

from services.customer.names.folding import HAN, fold, spellings
from services.customer.names.legal import without_form
from services.customer.names.readings import readings

_HAN = re.compile(f"[{HAN}]+")
_OTHERS = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class NameForms:
    """The forms of a name; everything is folded, and the likeliest comes first.

    folded: "zhang wei" of "ZHANG  Wei". core: that without legal forms like GmbH.
    han: its Han characters, simplified and in order, or "". words: of `folded`, given and family name.
    pinyin: readings of `han` without spaces, ("zengguofan", "cengguofan"). initials: ("zgf", "cgf"), or those
    of the words where there are no Han characters. latin: words in Latin letters, with ä as a and as ae;
    those in other scripts are transliterated.
    """

    folded: str
    core: str
    han: str
    pinyin: tuple[str, ...]
    initials: tuple[str, ...]
    latin: tuple[str, ...]
    words: tuple[str, ...]


def forms_of(name: str, given: str | None = None, family: str | None = None) -> NameForms:
    """Return the forms of a name; the family name, if it is known, says which characters are the surname."""
    folded, surname = fold(name), fold(family or "")
    han = "".join(_HAN.findall(folded))
    words = tuple(dict.fromkeys((*folded.split(), *fold(given or "").split(), *surname.split())))
    pinyin, initials = _spoken(han, surname) if han else ((), _initials(folded))
    latin = () if han == folded else _latin(words, name, given, family)
    return NameForms(folded, without_form(folded), han, pinyin, initials, latin, words)


def transliterated(folded: str) -> str:
    """Return folded words in plain Latin letters and digits, without their Han characters."""
    rest = _HAN.sub(" ", folded)
    if not rest.isascii():
        rest = " ".join(_OTHERS.sub("", anyascii(word).lower()) for word in rest.split())
    return _OTHERS.sub(" ", rest).strip()


def _spoken(han: str, family: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    heard = [syllables for syllables in readings(han, family) if syllables]
    first = ("".join(syllable[0] for syllable in syllables) for syllables in heard)
    return tuple(dict.fromkeys(map("".join, heard))), tuple(dict.fromkeys(first))


def _initials(folded: str) -> tuple[str, ...]:
    first = "".join(word[0] for word in transliterated(folded).split())
    return (first,) if len(first) > 1 else ()


def _latin(words: tuple[str, ...], *names: str | None) -> tuple[str, ...]:
    if all(name is None or name.isascii() for name in names):
        return words
    spelled = (spelling for name in names if name for spelling in spellings(name))
    return tuple(dict.fromkeys(word for spelling in spelled for word in transliterated(spelling).split()))
