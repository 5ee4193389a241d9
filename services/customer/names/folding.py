"""Folding: one plain spelling for all the ways to write the same letters."""

import re
from functools import cache, lru_cache
from unicodedata import category, normalize

from services.customer.names.sources import SIMPLIFIED

CACHED = 10_000  # texts: given and family names come again and again
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
HAN_RUN = re.compile(f"[{HAN}]+")
# Marks of Latin, Greek, Cyrillic, Hebrew and Arabic, which readers leave out; elsewhere they are letters.
_MARKS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]+"
)
_JOINED = re.compile("['\u2019\u02bc\u02bb`\u00b4\u0640]+")  # inside of a word: O'Brien
# Vowel signs and voicing marks are no \w, but part of words.
_BETWEEN = re.compile("[^\\w\u0900-\u109f\u1780-\u17ff\u3099\u309a]+|_+")
_PRINTED = re.compile(f"[ -~{HAN}]+")  # nothing to compose or to strip
_PLAIN = {"þ": "th", "æ": "ae", "œ": "oe", **dict(zip("øłđðıħŋ", "olddihn", strict=True))}
# How languages spell these letters where they are not at hand: Müller, Mueller.
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}  # to hiragana


@lru_cache(CACHED)
def fold(text: str) -> str:
    """Return words in NFKC, without case, diacritics, punctuation; Han simplified, kana as hiragana.

    Words are separated by one space: "  MÜLLER, Anne-Marie" is "muller anne marie".
    """
    if text.isascii():
        return _spaced(text.lower())
    if _PRINTED.fullmatch(text):
        return _spaced(text.lower().translate(_table()))
    return _stripped(_composed(text))


def spellings(text: str) -> tuple[str, ...]:
    """Return `fold(text)`, and what it is where ä is spelled ae: ("muller", "mueller")."""
    if text.isascii():
        return (fold(text),)
    composed = _composed(text)
    return tuple(dict.fromkeys((_stripped(composed), _stripped(composed.translate(_SPELLED)))))


def _composed(text: str) -> str:
    plain = normalize("NFKC", normalize("NFKC", text).casefold())
    return "".join(each for each in plain if each < "\u00ad" or category(each) != "Cf")


def _stripped(text: str) -> str:
    bare = _MARKS.sub("", normalize("NFD", text))
    return _spaced(normalize("NFC", bare).translate(_table()))


def _spaced(text: str) -> str:
    if text.isalnum():
        return text
    return " ".join(_BETWEEN.sub(" ", _JOINED.sub("", text)).split())


@cache
def _table() -> dict[int, int | str]:
    """Return what single characters become; the simplified forms are read when the first name asks."""
    table: dict[int, int | str] = {**_KATAKANA, **{ord(old): new for old, new in _PLAIN.items()}}
    for line in SIMPLIFIED.read_text(encoding="utf-8").splitlines()[1:]:
        table[ord(line[0])] = line[1]
    return table
