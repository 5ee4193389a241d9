"""Words that one slip of the hand makes of another.

A letter left out, put in, taken for another, or two that changed places: four of five misspellings
(F. J. Damerau, A technique for computer detection and correction of spelling errors, CACM 7(3), 1964).
"""

from collections.abc import Iterator
from string import ascii_lowercase

SHORTEST, LONGEST = 4, 20  # letters; of shorter words too many others are near


def neighbours(word: str) -> tuple[str, ...]:
    """Return the word and all that are one slip away from it; only itself if it is too short or too long."""
    if not (SHORTEST <= len(word) <= LONGEST and word.isascii() and word.isalpha()):
        return (word,)
    return tuple(dict.fromkeys((word, *_slips(word))))


def _slips(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        before, behind = word[:at], word[at:]
        yield from (f"{before}{letter}{behind}" for letter in ascii_lowercase)
        if behind:
            yield before + behind[1:]
            yield from (f"{before}{letter}{behind[1:]}" for letter in ascii_lowercase)
        if len(behind) > 1:
            yield f"{before}{behind[1]}{behind[0]}{behind[2:]}"
