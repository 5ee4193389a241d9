"""Edit distances of many pairs of words at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LONGEST = 24  # letters that count of each word
Letters = NDArray[np.uint16]  # pairs × LONGEST, zeros behind the end


def letters(words: Sequence[str]) -> Letters:
    """Return the words' first `LONGEST` characters as numbers; one beyond the basic plane counts as two."""
    cut = b"".join(
        word.encode("utf-16-le", "surrogatepass")[: 2 * LONGEST].ljust(2 * LONGEST, b"\0") for word in words
    )
    return np.frombuffer(cut, np.dtype("<u2")).reshape(-1, LONGEST)


def distances(one: Letters, other: Letters) -> NDArray[np.int8]:
    """Return for each pair how many letters were inserted, left out, replaced, or swapped with the next.

    Optimal string alignment: F. Damerau (1964), A technique for computer detection and correction of spelling
    errors, with no part edited twice; the rows of the table are those of R. Wagner and M. Fischer (1974).
    """
    longest = max(_longest(one), _longest(other))
    ends = (one != 0).sum(axis=1), (other != 0).sum(axis=1)
    one, other = np.ascontiguousarray(one[:, :longest].T), np.ascontiguousarray(other[:, :longest].T)
    pairs = one.shape[1]
    before = np.zeros((longest + 1, pairs), np.int8)
    last = np.repeat(np.arange(longest + 1, dtype=np.int8)[:, None], pairs, axis=1)
    every = np.arange(pairs)
    found = ends[1].astype(np.int8)  # of the empty word
    for i in range(1, longest + 1):
        row = np.empty_like(last)
        row[0] = i
        for j in range(1, longest + 1):
            differ = one[i - 1] != other[j - 1]
            best = np.minimum(last[j - 1] + differ, np.minimum(last[j], row[j - 1]) + np.int8(1))
            if i > 1 and j > 1:
                turned = (one[i - 1] == other[j - 2]) & (one[i - 2] == other[j - 1]) & differ
                best = np.where(turned, np.minimum(best, before[j - 2] + np.int8(1)), best)
            row[j] = best
        before, last = last, row
        found = np.where(ends[0] == i, row[ends[1], every], found)
    return np.asarray(found)


def _longest(words: Letters) -> int:
    used = np.flatnonzero(words.any(axis=0))
    return int(used[-1]) + 1 if used.size else 0
