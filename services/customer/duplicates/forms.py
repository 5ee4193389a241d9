"""Forms: records as rows of numbers, so that a million pairs are compared in a few array operations."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.customer.duplicates.distances import LONGEST, alphabet, spelled
from services.customer.duplicates.naming import Naming, naming
from services.customer.duplicates.records import Record, local_parts

# Texts are kept as 64 bits of their digest, 0 for none: of ten million records, two in a million collide.
_OF_NAMES = {
    "written": 1,
    "sounds": 4,
    "turned": 4,
    "variants": 4,
    "called": 1,
    "answers": 3,
    "initial": 1,
    "initialled": 2,
    "families": 3,
    "heard": 6,  # sounds and variants with their letters in order
}
_OF_RECORDS = {
    "phones": 5,
    "emails": 3,
    "local_parts": 3,
    "accounts": 2,
    "lines": 3,
    "postal_codes": 3,
    "cities": 3,
    "numbers": 3,
}
# Every number at a multiple of its size, and rows of no power of two: both are read several times as fast.
_NAME = struct.Struct(f"<{sum(_OF_NAMES.values())}QQ{2 * LONGEST}sfB3x")
_REST = struct.Struct(f"<{sum(_OF_RECORDS.values())}Qq4HiB3x")
FORM = np.dtype(
    [
        *((name, "<u8", (count,)) for name, count in _OF_NAMES.items()),
        ("alphabet", "<u8"),  # of the name as it sounds: a bit for each letter
        ("letters", "<u2", (LONGEST,)),
        ("common", "<f4"),  # the share of all that is expected to have this name
        ("han", "u1"),
        ("_", "u1", (3,)),
        *((name, "<u8", (count,)) for name, count in _OF_RECORDS.items()),
        ("dialled", "<i8"),  # the first phone number's last 15 digits
        ("endings", "<u2", (4,)),  # of the phones: the last four digits and one
        ("birthday", "<i4"),  # 19991231, 0 if unknown
        ("kind", "u1"),
        ("__", "u1", (3,)),
    ]
)
LAYOUT = 2  # of rows that are kept: another number for another meaning of a column
Forms = NDArray[np.void]
_NOTHING = (0,) * 6


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some of the rows, of which a column is copied when it is asked for, and the others never."""

    rows: Forms
    places: NDArray[np.integer[Any]]

    def __getitem__(self, column: str) -> NDArray[Any]:
        """Return a column of the chosen rows."""
        found: NDArray[Any] = self.rows[column][self.places]
        return found


@lru_cache(maxsize=50_000)
def digest(text: str) -> int:
    """Return the 64 bits that stand for a text, the same in every process; 0 for none."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") if text else 0


def forms(records: Iterable[Record]) -> Forms:
    """Return a row for each record."""
    return np.frombuffer(b"".join(map(_row, records)), FORM)


def _row(record: Record) -> bytes:
    named, families = _of_name(record.kind, record.name, record.family)
    texts = (
        record.phones,
        record.emails,
        local_parts(record.emails, families),
        record.accounts,
        record.lines,
        record.postal_codes,
        record.cities,
        record.numbers,
    )
    endings = [int(each[-4:]) + 1 if each[-4:].isdecimal() else 0 for each in record.phones[:4]]
    return named + _REST.pack(
        *_digests(texts, _OF_RECORDS),
        _dialled(record),
        *endings,
        *_NOTHING[len(endings) : 4],
        _day(record.birthday),
        record.kind == "organization",
    )


@lru_cache(maxsize=50_000)
def _of_name(kind: str, name: str, family: str | None) -> tuple[bytes, tuple[str, ...]]:
    """Return what of a row a name makes, and the family names in it: many people share names."""
    found = naming(kind, name, family)
    sound = found.sounds[0] if found.sounds else ""
    texts = (
        (found.written,),
        found.sounds,
        found.turned,
        found.variants,
        (found.called,),
        found.answers,
        (found.initial,),
        found.initialled,
        found.families,
        _heard(found),
    )
    numbers = _digests(texts, _OF_NAMES)
    packed = _NAME.pack(*numbers, alphabet(sound), spelled(sound), found.common, found.han)
    return packed, found.families


def _heard(name: Naming) -> tuple[str, ...]:
    """Return what is heard, letters in order: a name swapped, or with letters swapped, has the same ones."""
    every = (*name.sounds, *name.variants)
    return tuple(dict.fromkeys("".join(sorted(each.replace("+", ""))) for each in every))


def _digests(texts: Iterable[Sequence[str]], counts: Mapping[str, int]) -> list[int]:
    """Return the numbers of the columns in `counts`, whose texts come in the same order."""
    found: list[int] = []
    for given, count in zip(texts, counts.values(), strict=True):
        some = [digest(each) for each in given[:count]]
        found += some
        found += _NOTHING[len(some) : count]
    return found


def _dialled(record: Record) -> int:
    digits = record.phones[0].lstrip("+")[-15:] if record.phones else ""
    return int(digits) if digits.isascii() and digits.isdecimal() else 0


def _day(day: date | None) -> int:
    return 0 if day is None else day.year * 10_000 + day.month * 100 + day.day
