"""All the forms of one name: what it is found by, and what names are compared by."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from anyascii import anyascii

from services.customer.names.folding import HAN_RUN, fold, spellings
from services.customer.names.legal import without_form
from services.customer.names.readings import readings, surname_of

Words = tuple[str, ...]
_OTHERS = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class NameForms:
    """The forms of a name; everything is folded, and the likeliest comes first.

    folded: "zhang wei" of "ZHANG  Wei". core: that without legal forms like GmbH.
    han: its Han characters, simplified and in order, or "". words: of `folded`, given and family name.
    pinyin: readings of `han` without spaces, ("zengguofan", "cengguofan"). turned: those with the given name
    first, ("guofanzeng", "guofanceng"). initials: ("zgf", "cgf"), or those of words that are not Han.
    latin: words in Latin letters, with ä as a and as ae; those in other scripts are transliterated.
    """

    folded: str
    core: str
    han: str
    pinyin: Words
    turned: Words
    initials: Words
    latin: Words
    words: Words


def forms_of(name: str, given: str | None = None, family: str | None = None) -> NameForms:
    """Return the forms of a name; the family name, if it is known, says which characters are the surname."""
    folded, surname = fold(name), fold(family or "")
    han = "".join(HAN_RUN.findall(folded))
    words = _once((*folded.split(), *fold(given or "").split(), *surname.split()))
    pinyin, turned, initials = _spoken(han, surname) if han else ((), (), _initials(folded))
    latin = () if han == folded else _latin(words, name, given, family)
    return NameForms(folded, without_form(folded), han, pinyin, turned, initials, latin, words)


def transliterated(folded: str) -> str:
    """Return folded words in plain Latin letters and digits, without their Han characters."""
    rest = HAN_RUN.sub(" ", folded)
    if not rest.isascii():
        rest = " ".join(_OTHERS.sub("", anyascii(word).lower()) for word in rest.split())
    return _OTHERS.sub(" ", rest).strip()


def _spoken(han: str, family: str) -> tuple[Words, Words, Words]:
    surname = surname_of(han, family)
    heard = readings(han, surname)
    turn = len(surname) if han.startswith(surname) else len(han) - len(surname)
    halves = heard if surname and len(surname) < len(han) else []
    turned = ("".join((*each[turn:], *each[:turn])) for each in halves)
    first = ("".join([syllable[0] for syllable in each]) for each in heard)
    return _once("".join(each) for each in heard), _once(turned), _once(first)


def _once(words: Iterable[str]) -> Words:
    return tuple(dict.fromkeys([word for word in words if word]))


def _initials(folded: str) -> Words:
    first = "".join(word[0] for word in transliterated(folded).split())
    return (first,) if len(first) > 1 else ()


def _latin(words: Words, *names: str | None) -> Words:
    if all(name is None or name.isascii() for name in names):
        return words
    spelled = (spelling for name in names if name for spelling in spellings(name))
    return _once(word for spelling in spelled for word in transliterated(spelling).split())
