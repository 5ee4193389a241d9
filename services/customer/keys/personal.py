"""Keys made of personal data: contact points, addresses, attributes. They are a column of their own."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.customer.keys.key import ENDS, REACHED, WHOLE, Key, others, pairs
from services.customer.names.folding import fold

DIALLED = frozenset(("phone", "mobile", "fax"))
PLACED = ("district", "city", "region", "postal_code")
_DIGITS = re.compile(r"\D+")


def personal_keys(document: Mapping[str, Any]) -> Iterator[Key]:
    """Yield the keys of a customer's document."""
    yield from (_contact(point) for point in document["contact_points"])
    for address in document["addresses"]:
        for line in (*address["lines"], *(address.get(field) for field in PLACED)):
            yield from _words(line or "")
    for value in _values(document["attributes"]):
        yield Key(f"{WHOLE}{fold(value)}", "attribute", "exact", value)


def digits(written: str) -> str:
    """Return the digits of a number from the last to the first; ends of numbers are beginnings of those."""
    return _DIGITS.sub("", written)[::-1]


def _contact(point: Mapping[str, Any]) -> Key:
    kind, written = point["type"], point["value"]
    form = point["normalized"] or written.casefold()
    if kind in DIALLED:
        return Key(f"{ENDS}{digits(form)}", "phone", "exact", written)
    return Key(f"{REACHED}{form}", "email" if kind == "email" else "contact", "exact", written)


def _words(line: str) -> Iterator[Key]:
    folded = fold(line)
    for word in (*others(folded), *pairs(folded)):
        yield Key(word, "address", "words", line)


def _values(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield the texts and numbers in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _values(each)
