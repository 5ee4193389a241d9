"""Surnames that are read in another way than their characters elsewhere, and those of two characters."""

from collections.abc import Mapping, Sequence
from pathlib import Path

Syllables = tuple[str, ...]


def _read() -> Mapping[str, Sequence[Syllables]]:
    lines = Path(__file__).with_name("surnames.txt").read_text(encoding="utf-8").splitlines()[1:]
    pairs = (line.split("\t") for line in lines)
    return {surname: [tuple(each.split("'")) for each in sounds.split()] for surname, sounds in pairs}


READINGS = _read()  # of simplified surnames, the likeliest first, each as syllables
COMPOUND = frozenset(surname for surname in READINGS if len(surname) > 1)
