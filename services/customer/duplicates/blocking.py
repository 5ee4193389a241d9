"""Blocking: the keys of a record; only records that share one are compared."""

from collections.abc import Iterator
from typing import NamedTuple

from services.customer.duplicates.forms import digest
from services.customer.duplicates.naming import Naming, naming
from services.customer.duplicates.records import Record, local_parts

# What a rule makes two records agree in.
ABOUT = {
    "phone": ("phone",),
    "email": ("email",),
    "local_part": ("email",),
    "account": ("account",),
    "number": ("number",),
    "name": ("name",),
    "lines": ("address",),
    "born_at": ("birthday", "address"),
}
RULES = tuple(ABOUT)


class Key(NamedTuple):
    """One key; where too many records share it, each of `seconds` together with it is a key instead."""

    rule: int
    key: int
    seconds: tuple[int, ...]


def keys(record: Record) -> Iterator[Key]:
    """Yield the keys of a record."""
    name = naming(record.kind, record.name, record.family)
    heard = tuple(dict.fromkeys(_anagram(sound) for sound in _heard(name)))
    more = _more(record)
    for phone in record.phones:
        yield _key("phone", phone, *heard)
    for email in record.emails:
        yield _key("email", email, *heard)
    for local in local_parts(record.emails, name.families):
        yield _key("local_part", local, *heard)
    for account in record.accounts:
        yield _key("account", account, *heard)
    for number in record.numbers:
        yield _key("number", number, *heard)
    for sound in heard:
        yield _key("name", sound, *more)
    for lines in record.lines:
        yield _key("lines", lines, *heard)
    if record.birthday is not None:
        for place in (*record.postal_codes, *record.cities):
            yield _key("born_at", f"{record.birthday} {place}", *heard)


def _heard(name: Naming) -> Iterator[str]:
    yield from name.sounds
    yield from name.variants


def _more(record: Record) -> tuple[str, ...]:
    """Return what parts those who share a common name."""
    born = () if record.birthday is None else (str(record.birthday),)
    year = (
        () if record.birthday is None else tuple(f"{record.birthday.year} {city}" for city in record.cities)
    )
    phones = tuple(phone[-4:] for phone in record.phones)
    return (
        *born,
        *year,
        *record.postal_codes,
        *phones,
        *(email.partition("@")[0] for email in record.emails),
    )


def _key(rule: str, value: str, *seconds: str) -> Key:
    key = f"{rule} {value}"
    return Key(RULES.index(rule), digest(key), tuple(digest(f"{key} {each}") for each in seconds if each))


def _anagram(sound: str) -> str:
    """Return the letters in order: a name swapped or with two letters swapped has the same ones."""
    return "".join(sorted(sound.replace("+", "")))
