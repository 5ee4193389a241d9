"""Forms: records as rows of numbers, so that a million pairs are compared in a few array operations."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

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


def digest(text: str) -> int:
    """Return the 64 bits that stand for a text, the same in every process; 0 for none."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") if text else 0


def forms(records: Iterable[Record]) -> Forms:
    """Return a row for each record."""
    return np.array([_row(each, naming(each.kind, each.name, each.family)) for each in records], FORM)


def _row(record: Record, name: Naming) -> tuple[Any, ...]:
    of_name = {field: getattr(name, field) for field in list(_WORDS)[:9]}
    texts: dict[str, str | Sequence[str]] = {
        **of_name,
        "phones": record.phones,
        "emails": record.emails,
        "local_parts": local_parts(record.emails, name.families),
        "accounts": record.accounts,
        "lines": record.lines,
        "postal_codes": record.postal_codes,
        "cities": record.cities,
        "numbers": record.numbers,
    }
    born = record.birthday
    return (
        *(_digests(texts[field], count) for field, count in _WORDS.items()),
        letters(name.sounds[0] if name.sounds else ""),
        int(record.phones[0].lstrip("+")[-15:] or 0)
        if record.phones and record.phones[0][1:].isdecimal()
        else 0,
        born.year * 10_000 + born.month * 100 + born.day if born else 0,
        name.common,
        record.kind == "organization",
        name.han,
    )


def _digests(given: str | Sequence[str], count: int) -> list[int]:
    texts = (given,) if isinstance(given, str) else given[:count]
    found = [digest(text) for text in texts]
    return found + [0] * (count - len(found))
