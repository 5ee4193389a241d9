"""Where the tables of characters come from: `python -m services.customer.names.sources` writes them anew.

Readings: pypinyin (MIT; its data goes back to Unicode's Unihan). A character keeps the readings that it
has in a twentieth of the words it stands in, the most frequent first; one that stands in few keeps all.
Simplified forms: OpenCC (Apache-2.0), character by character. Both are needed to write the
tables, not to read them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

MOST = 3  # readings of a character
SHARE, ENOUGH = 20, 10  # a reading has one of SHARE words, where there are ENOUGH to tell
READINGS, SIMPLIFIED = (Path(__file__).with_name(name) for name in ("readings.txt", "simplified.txt"))
_HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0x20000, 0x323B0))
_PLAIN = "# {what}, made by services/customer/names/sources.py from the data of {source}.\n"


def readings() -> Iterator[str]:
    """Yield the lines of a table: readings without tones, the most frequent first, and who has them."""
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT  # noqa: PLC0415 - only who writes the tables has it
    from pypinyin.contrib.tone_convert import to_normal  # noqa: PLC0415 - as above

    heard: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, sounds in PHRASES_DICT.items():
        for character, (sound, *_) in zip(phrase, sounds, strict=True):
            heard[character][to_normal(sound, v_to_u=False)] += 1
    folded = dict(simplified())
    alike: dict[str, list[str]] = defaultdict(list)
    for code, told in sorted(PINYIN_DICT.items()):
        character = chr(code)
        if character not in folded:
            bare = dict.fromkeys(to_normal(sound, v_to_u=False) for sound in told.split(","))
            alike[" ".join(_common(bare, heard[character]))].append(character)
    yield _PLAIN.format(what="Readings of Han characters", source="pypinyin (MIT)")
    yield from (f"{each}\t{''.join(members)}\n" for each, members in sorted(alike.items()))


def _common(told: Iterable[str], heard: Counter[str]) -> list[str]:
    known = [sound for sound in told if sound.isascii() and sound.isalpha()]
    if (total := heard.total()) >= ENOUGH:
        often = [sound for sound, times in heard.most_common() if times * SHARE >= total and sound.isascii()]
        known = often or known
    return known[:MOST]


def simplified() -> Iterator[tuple[str, str]]:
    """Yield the characters that have a simplified form, and that form."""
    from opencc import OpenCC  # noqa: PLC0415 - as above

    convert: Callable[[str], str] = OpenCC("t2s").convert
    characters = [chr(code) for codes in _HAN for code in codes]
    forms = convert("\n".join(characters)).split("\n")
    return ((old, new) for old, new in zip(characters, forms, strict=True) if old != new)


def pairs() -> Iterator[str]:
    """Yield the lines of the table of simplified forms."""
    yield _PLAIN.format(what="Characters and their simplified forms", source="OpenCC (Apache-2.0)")
    yield from (f"{old}{new}\n" for old, new in simplified())


if __name__ == "__main__":
    READINGS.write_text("".join(readings()), encoding="utf-8")
    SIMPLIFIED.write_text("".join(pairs()), encoding="utf-8")
