"""Forms: records as rows of numbers, so that a million pairs are compared in a few array operations."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from services.customer.duplicates.distances import LONGEST, letters
from services.customer.duplicates.naming import Naming, naming
from services.customer.duplicates.records import Record, local_parts

# Texts are kept as 64 bits of their digest, 0 for none: of ten million records, two in a million collide.
_WORDS = {
    "written": 1,
    "sounds": 4,
    "turned": 4,
    "variants": 4,
    "called": 1,
    "answers": 3,
    "initial": 1,
    "initialled": 2,
    "families": 3,
    "phones": 4,
    "emails": 3,
    "local_parts": 3,
    "accounts": 2,
    "lines": 3,
    "postal_codes": 3,
    "cities": 3,
    "numbers": 3,
}
_OF_RECORDS = frozenset(("phones", "emails", "accounts", "lines", "postal_codes", "cities", "numbers"))
FORM = np.dtype(
    [
        *((name, "<u8", (count,)) for name, count in _WORDS.items()),
        ("letters", "<u2", (LONGEST,)),
        ("dialled", "<i8"),  # the first phone number's last 15 digits
        ("birthday", "<i4"),  # 19991231, 0 if unknown
        ("common", "<f4"),  # the share of all that is expected to have this name
        ("kind", "u1"),
        ("han", "u1"),
    ]
)
Forms = NDArray[np.void]


@lru_cache(maxsize=50_000)
def digest(text: str) -> int:
    """Return the 64 bits that stand for a text, the same in every process; 0 for none."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") if text else 0


def forms(records: Iterable[Record]) -> Forms:
    """Return a row for each record."""
    every = list(records)
    names = [naming(each.kind, each.name, each.family) for each in every]
    found = np.zeros(len(every), FORM)
    digests = [number for each, name in zip(every, names, strict=True) for number in _digests(each, name)]
    block = np.array(digests, np.uint64).reshape(len(every), sum(_WORDS.values()))
    first = 0
    for field, count in _WORDS.items():
        found[field] = block[:, first : first + count]
        first += count
    found["letters"] = letters([name.sounds[0] if name.sounds else "" for name in names])
    found["dialled"] = [_dialled(each) for each in every]
    found["birthday"] = [_day(each.birthday) for each in every]
    found["common"] = [name.common for name in names]
    found["kind"] = [each.kind == "organization" for each in every]
    found["han"] = [name.han for name in names]
    return found


def _digests(record: Record, name: Naming) -> Iterator[int]:
    for field, count in _WORDS.items():
        given = _of_record(record, name, field)
        texts = (given,) if isinstance(given, str) else given[:count]
        yield from map(digest, texts)
        yield from (0,) * (count - len(texts))


def _of_record(record: Record, name: Naming, field: str) -> str | Sequence[str]:
    if field == "local_parts":
        return local_parts(record.emails, name.families)
    found: str | Sequence[str] = getattr(record if field in _OF_RECORDS else name, field)
    return found


def _dialled(record: Record) -> int:
    digits = record.phones[0].lstrip("+")[-15:] if record.phones else ""
    return int(digits) if digits.isascii() and digits.isdecimal() else 0


def _day(day: date | None) -> int:
    return 0 if day is None else day.year * 10_000 + day.month * 100 + day.day
