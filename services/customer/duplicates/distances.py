"""Edit distances of many pairs of words at once."""

from collections.abc import Sequence
from struct import Struct

import numpy as np
from numpy.typing import NDArray

LONGEST = 24  # letters that count of each word
Letters = NDArray[np.uint16]  # pairs × LONGEST, zeros behind the end
Alphabets = NDArray[np.uint64]
_UNITS = Struct(f"<{LONGEST}H")


def letters(words: Sequence[str]) -> Letters:
    """Return the words' letters as numbers."""
    return np.frombuffer(b"".join(map(spelled, words)), np.dtype("<u2")).reshape(-1, LONGEST)


def spelled(word: str) -> bytes:
    """Return a row of `letters`: the first `LONGEST`; one beyond the basic plane counts as two."""
    return word.encode("utf-16-le", "surrogatepass")[: 2 * LONGEST].ljust(2 * LONGEST, b"\0")


def alphabet(word: str) -> int:
    """Return which letters a word has, as bits; some letters share one."""
    found = 0
    for letter in {*_UNITS.unpack(spelled(word))} - {0}:
        found |= 1 << (letter & 63)
    return found


def least(one: Alphabets, other: Alphabets) -> NDArray[np.uint8]:
    """Return twice the distance that words with these alphabets have at least.

    A letter inserted or left out changes the alphabet by one, a replaced one by two, swapped ones by none.
    """
    return np.asarray(np.bitwise_count(one ^ other))


def distances(one: Letters, other: Letters, most: int) -> NDArray[np.int8]:
    """Return for each pair how many letters were inserted, left out, replaced, or swapped with the next.

    Optimal string alignment: F. Damerau (1964), A technique for computer detection and correction of spelling
    errors, with no part edited twice; the rows of the table are those of R. Wagner and M. Fischer (1974), of
    which only cells that can be `most` or less are filled (E. Ukkonen, 1985, Algorithms for Approximate
    String Matching): what is more is told as `most` + 1.
    """
    longest = max(_longest(one), _longest(other))
    ends = (one != 0).sum(axis=1), (other != 0).sum(axis=1)
    one, other = np.ascontiguousarray(one[:, :longest].T), np.ascontiguousarray(other[:, :longest].T)
    beyond = np.full(one.shape[1], most + 1, np.int8)
    found = np.where(ends[0] == 0, np.minimum(ends[1], most + 1), most + 1).astype(np.int8)
    before: dict[int, NDArray[np.int8]] = {}
    last = {j: np.full_like(beyond, j) for j in range(min(most, longest) + 1)}
    for i in range(1, longest + 1):
        row = {0: np.full_like(beyond, i)} if i <= most else {}
        for j in range(max(1, i - most), min(i + most, longest) + 1):
            differ = one[i - 1] != other[j - 1]
            edited = np.minimum(last.get(j, beyond), row.get(j - 1, beyond)) + np.int8(1)
            best = np.minimum(last.get(j - 1, beyond) + differ, edited)
            if i > 1 and j > 1 and j - 2 in before:
                turned = (one[i - 1] == other[j - 2]) & (one[i - 2] == other[j - 1]) & differ
                best = np.where(turned, np.minimum(best, before[j - 2] + np.int8(1)), best)
            row[j] = np.minimum(best, beyond)
        ended = np.flatnonzero(ends[0] == i)
        for j, cells in row.items():
            some = ended[ends[1][ended] == j]
            found[some] = cells[some]
        before, last = last, row
    return found


def _longest(words: Letters) -> int:
    used = np.flatnonzero(words.any(axis=0))
    return int(used[-1]) + 1 if used.size else 0
