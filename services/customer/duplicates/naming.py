"""Namings: the keys under which two ways to write one name are compared."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from services.customer.duplicates.nicknames import PREFIXES, full_names
from services.customer.names.folding import HAN, fold, spellings
from services.customer.names.legal import without_form
from services.customer.names.readings import readings
from services.customer.names.surnames import COMPOUND

_IS_HAN = re.compile(f"[{HAN}]")
_RUN = re.compile(f"[{HAN}]+|[^{HAN}\\s]+")
_PLACES = [
    "北京",
    "上海",
    "天津",
    "重庆",
    "广州",
    "深圳",
    "杭州",
    "南京",
    "苏州",
    "武汉",
    "成都",
    "西安",
    "广东",
    "浙江",
    "江苏",
    "山东",
    "中国",
]
# The share of people, or of organizations, that a name of its form belongs to: what is expected of a name
# before anybody is counted. 50 Chinese names of two characters have more than 2e-4 each.
COMMON = {"two": 2e-4, "three": 3e-5, "words": 5e-5, "word": 5e-4, "organization": 5e-6}


@dataclass(frozen=True, slots=True)
class Naming:
    """One name: `written` as folded, `sounds` as read, `turned` with given and family name swapped.

    `variants` stand for other well-known names. `called` is a short form (小张) that those with it
    among `answers` answer to; `initial` (j smith) is one for `initialled`. `common` is the share expected.
    """

    written: str
    sounds: tuple[str, ...]
    turned: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    called: str = ""
    answers: tuple[str, ...] = ()
    initial: str = ""
    initialled: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    han: bool = False
    common: float = COMMON["words"]


@lru_cache(maxsize=10_000)
def naming(kind: str, name: str, family: str | None) -> Naming:
    """Return the keys of a name."""
    if kind == "organization":
        return _organization(without_form(fold(name)))
    folded = fold(name)
    han = "".join(_IS_HAN.findall(folded))
    if len(han) > 1 and len(han) * 2 >= len(folded.replace(" ", "")):
        return _chinese(han, fold(family or ""))
    return _spelled(folded, _romanized(name), _romanized(family or "")[0])


def _chinese(han: str, family: str) -> Naming:
    known = [syllables for syllables in readings(han, family) if syllables]
    surname = 2 if len(han) > 2 and han[:2] in COMPOUND else 1
    sounds = tuple(dict.fromkeys("".join(each) for each in known))
    turned = dict.fromkeys(
        "".join((*each[by:], *each[:by])) for each in known[:2] for by in (surname, -surname)
    )
    short = han[0] in PREFIXES and len(han) <= 3 and not family
    return Naming(
        written=han,
        sounds=tuple(filter(None, sounds)) or (han,),
        turned=tuple(turned),
        called=f"~{han[1:]}" if short else "",
        answers=() if short else tuple(dict.fromkeys((f"~{han[0]}", f"~{han[-1]}", f"~{han[1:]}"))),
        families=tuple(dict.fromkeys("".join(each[:surname]) for each in known))[:2],
        han=True,
        common=COMMON["two" if len(han) == 2 else "three"],
    )


def _spelled(folded: str, ways: tuple[str, ...], family: str) -> Naming:
    words = ways[0].split()
    long = [word for word in words if len(word) > 1]
    joined = tuple(dict.fromkeys(way.replace(" ", "") for way in ways))
    if len(words) < 2:
        return Naming(folded.replace(" ", ""), joined, families=tuple(words), common=COMMON["word"])
    first, last = long[0] if long else words[0], long[-1] if long else words[-1]
    shortened = len(long) == 1
    abridged = shortened or words[0] in {first, last}
    ends = product(full_names(first), full_names(last)) if not shortened else ()
    letter = next((word for word in words if len(word) == 1), "")
    return Naming(
        written=folded.replace(" ", ""),
        sounds=joined,
        turned=tuple(
            dict.fromkeys(
                each.replace(" ", "")
                for way in ways
                for each in (_rotated(way.split(), 1), _rotated(way.split(), -1))
            )
        ),
        variants=tuple("+".join(sorted(pair)) for pair in ends) if abridged else (),
        initial=f"{letter} {first}" if shortened and letter else "",
        initialled=() if shortened else (f"{first[0]} {last}", f"{last[0]} {first}"),
        families=(family,) if family else tuple(dict.fromkeys((last, first))),
        common=COMMON["words"],
    )


def _organization(core: str) -> Naming:
    plain = core.replace(" ", "")
    han = "".join(_IS_HAN.findall(plain))
    words = core.split()
    placeless = next(
        (han.removeprefix(place).removeprefix("市") for place in _PLACES if han.startswith(place)), han
    )
    acronym = "".join(word[0] for word in words) if len(words) > 2 else ""
    read = [way.replace(" ", "") for way in _romanized(core)]
    return Naming(
        written=plain,
        sounds=tuple(dict.fromkeys(read)),
        variants=("+".join(sorted(words)) if not han else placeless,),
        initial=plain if len(words) == 1 and 2 < len(plain) <= 5 and plain.isascii() else "",
        initialled=(acronym,) if acronym else (),
        families=((placeless[:4] if len(placeless) > 4 else placeless) if han else words[0],)
        if plain
        else (),
        han=bool(han),
        common=COMMON["organization"],
    )


def _romanized(name: str) -> tuple[str, ...]:
    """Return the spellings of a name, with Chinese characters in them as they are read."""
    return tuple(
        " ".join(_read(run) for run in _RUN.findall(way)) if _IS_HAN.search(way) else way
        for way in spellings(name)
    )


def _read(run: str) -> str:
    if not _IS_HAN.match(run):
        return run
    return "".join(readings(run)[0]) or run


def _rotated(words: list[str], by: int) -> str:
    return " ".join((*words[by:], *words[:by]))
