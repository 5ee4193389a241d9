"""Planning: which records are compared, as chunks of pairs, and what is left out of too large blocks."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.customer.duplicates.blocking import RULES

SECONDS = 6  # second keys of a key that count
KEY = np.dtype([("key", "<u8"), ("no", "<u4"), ("rule", "u1"), ("seconds", "<u8", (SECONDS,))])
LARGEST = 60  # records of a block; a larger one is cut by its second keys
WINDOW = 10  # in what is too large even then, each is compared with so many that follow it
Keys = NDArray[np.void]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """Blocks as slices of `members`: `starts`, `sizes`, by which `rules`, and whether only `windowed`.

    `chunks` are the borders between blocks at which chunks begin.
    """

    members: Ints
    starts: Ints
    sizes: Ints
    rules: Ints
    windowed: NDArray[np.bool_]
    chunks: Ints

    def keep(self, file: Path) -> None:
        """Write the plan to a file, for other processes."""
        np.savez(file, **asdict(self))

    @classmethod
    def read(cls, file: Path) -> "Plan":
        """Return what was kept."""
        with np.load(file) as kept:
            return cls(**kept)

    def pairs(self, chunk: int) -> Ints:
        """Return the pairs of a chunk, each once, the smaller number first."""
        return _unique([pairs for _, pairs in self.by_rule(chunk)])

    def by_rule(self, chunk: int) -> Iterator[tuple[str, Ints]]:
        """Yield the pairs of a chunk by the rule that brought them together."""
        blocks = np.arange(self.chunks[chunk], self.chunks[chunk + 1])
        for rule in np.unique(self.rules[blocks]):
            mine = blocks[self.rules[blocks] == rule]
            yield RULES[rule], _unique([*self._whole(mine), *self._windows(mine)])

    def _whole(self, blocks: Ints) -> Iterator[Ints]:
        blocks = blocks[~self.windowed[blocks]]
        for size in np.unique(self.sizes[blocks]):
            same = self.starts[blocks[self.sizes[blocks] == size]]
            one, other = np.triu_indices(size, 1)
            yield self._at(same[:, None] + one, same[:, None] + other)

    def _windows(self, blocks: Ints) -> Iterator[Ints]:
        for block in blocks[self.windowed[blocks]]:
            at = self.starts[block] + np.arange(self.sizes[block])
            for step in range(1, WINDOW + 1):
                yield self._at(at[:-step], at[step:])

    def _at(self, one: Ints, other: Ints) -> Ints:
        return np.stack([self.members[one.ravel()], self.members[other.ravel()]], axis=1)


def plan(keys: Keys, chunk: int) -> tuple[Plan, list[dict[str, Any]]]:
    """Return the plan, and for each rule that was cut: blocks, records, pairs, and pairs left out.

    A chunk ends with the block that has its last pair, number `chunk`.
    """
    small, large = _parted(keys)
    seconds = large["seconds"]
    again = np.zeros(seconds.size, KEY)
    again["key"], again["no"] = seconds.ravel(), np.repeat(large["no"], SECONDS)
    again["rule"] = np.repeat(large["rule"], SECONDS)
    fine, still = _parted(again[again["key"] != 0])
    whole, cut = (np.concatenate([small, fine]), still)
    members, starts, sizes, rules = _blocks(np.concatenate([whole, cut]))
    windowed = sizes > LARGEST
    count = np.where(windowed, sizes * WINDOW, sizes * (sizes - 1) // 2)
    total = np.cumsum(count)
    borders = (
        np.searchsorted(total, np.arange(chunk, int(total[-1]) if total.size else 0, chunk), side="left") + 1
    )
    chunks = np.unique(np.concatenate([[0], borders, [len(starts)]])).astype(np.int64)
    made = Plan(members, starts, sizes, rules, windowed, chunks)
    return made, list(_cuts(large, fine, still))


def _parted(keys: Keys) -> tuple[Keys, Keys]:
    """Return the keys of blocks of two to LARGEST records, and those of larger ones."""
    _, at, sizes = np.unique(keys["key"], return_inverse=True, return_counts=True)
    mine = sizes[at]
    return keys[(mine > 1) & (mine <= LARGEST)], keys[mine > LARGEST]


def _blocks(keys: Keys) -> tuple[Ints, Ints, Ints, Ints]:
    ordered = keys[np.lexsort((keys["no"], keys["key"]))]
    starts = np.flatnonzero(
        np.concatenate([[True], ordered["key"][1:] != ordered["key"][:-1]])[: len(ordered)]
    )
    sizes = np.diff(np.append(starts, len(ordered)))
    return ordered["no"].astype(np.int64), starts, sizes, ordered["rule"][starts].astype(np.int64)


def _cuts(large: Keys, fine: Keys, still: Keys) -> Iterator[dict[str, Any]]:
    for rule in np.unique(large["rule"]):
        before, after, left = (each[each["rule"] == rule] for each in (large, fine, still))
        pairs, kept = _count(before), _count(after) + len(left) * WINDOW
        yield {
            "rule": RULES[rule],
            "blocks": len(np.unique(before["key"])),
            "records": len(np.unique(before["no"])),
            "pairs": pairs,
            "pairs_left_out": max(pairs - kept, 0),
        }


def _count(keys: Keys) -> int:
    sizes = np.unique(keys["key"], return_counts=True)[1].astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def _unique(pairs: list[Ints]) -> Ints:
    if not pairs:
        return np.empty((0, 2), np.int64)
    every = np.concatenate(pairs)
    low, high = every.min(axis=1), every.max(axis=1)
    joined = np.unique((low << 32 | high)[low != high])
    return np.stack([joined >> 32, joined & 0xFFFFFFFF], axis=1)
