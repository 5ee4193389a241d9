"""Records: what of a customer takes part in a comparison, in the form in which it is compared."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from services.customer.names.folding import fold

# Attributes, and kinds or systems of identities, whose value no two customers share.
NUMBERS = frozenset(
    [
        "organization_number",
        "registration_number",
        "company_number",
        "tax_id",
        "tax_number",
        "vat_id",
        "vat_number",
        "unified_social_credit_code",
        "uscc",
        "duns",
        "lei",
        "id_number",
        "national_id",
        "passport",
    ]
)
BIRTHDAYS = ("birthday", "birth_date", "date_of_birth")
# Local parts of addresses that many people share.
ROLES = frozenset(
    [
        "info",
        "sales",
        "office",
        "contact",
        "admin",
        "service",
        "support",
        "mail",
        "hello",
        "team",
        "hr",
        "post",
        "kontakt",
        "no-reply",
        "noreply",
    ]
)
_STREET = {"street": "st", "road": "rd", "avenue": "ave", "strasse": "str", "straße": "str", "lane": "ln"}
_STREET |= {"drive": "dr", "building": "bldg", "apartment": "apt", "suite": "ste", "room": "rm"}
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Record:
    """One customer; each list is in order and without repetition. `birthday` is None or a full date."""

    kind: str
    name: str
    family: str | None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    postal_codes: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    birthday: date | None = None


def record(document: Mapping[str, Any]) -> Record:
    """Read a customer: `contact_keys` and the fields of its document that are compared.

    `birthday` may hold a date (YYYY-MM-DD) that is known from elsewhere.
    """
    keys = sorted(document["contact_keys"])
    addresses = document["addresses"] or ()
    attributes = document["attributes"] or {}
    return Record(
        kind=document["kind"],
        name=document["name"],
        family=document["family_name"],
        phones=_of_scheme(keys, "tel:"),
        emails=_of_scheme(keys, "mailto:"),
        accounts=tuple(key for key in keys if not key.startswith(("tel:", "mailto:"))),
        lines=_each(_street(address["lines"]) for address in addresses),
        postal_codes=_each(_plain(address["postal_code"]) for address in addresses),
        cities=_each(_city(address["city"]) for address in addresses),
        numbers=_each(_numbers(attributes, document["identities"] or ())),
        birthday=_birthday(document.get("birthday"), *(attributes.get(name) for name in BIRTHDAYS)),
    )


def local_parts(emails: Iterable[str], families: Iterable[str]) -> tuple[str, ...]:
    """Return what stands before the @ where it tells people apart: no role, and more than the name."""
    found = (email.partition("@")[0].partition("+")[0] for email in emails)
    return tuple(
        local
        for local in found
        if len(local) > 3
        and local.strip("._-") not in ROLES
        and (any(map(str.isdigit, local)) or not any(family in local for family in families if family))
    )


def _of_scheme(keys: Iterable[str], scheme: str) -> tuple[str, ...]:
    return tuple(key.removeprefix(scheme) for key in keys if key.startswith(scheme))


def _each(values: Iterable[str]) -> tuple[str, ...]:
    found = {*values}
    found.discard("")
    return tuple(sorted(found))


@lru_cache(10_000)
def _plain(value: str | int | None) -> str:
    return _NO_LETTER.sub("", fold(str(value))) if value else ""


@lru_cache(10_000)
def _city(value: str | None) -> str:
    plain = _plain(value)
    return plain.removesuffix("市") if len(plain) > 2 else plain


def _street(lines: Iterable[str]) -> str:
    words = fold(" ".join(lines)).replace("strasse", "str").split()
    return "".join(_STREET.get(word, word) for word in words)


def _numbers(attributes: Mapping[str, Any], identities: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for name in NUMBERS & attributes.keys():
        if isinstance(attributes[name], str | int):
            yield _plain(attributes[name])
    for identity in identities:
        if identity.get("kind") in NUMBERS or identity["system"] in NUMBERS:
            yield _plain(identity["id"])


def _birthday(*given: object) -> date | None:
    for each in given:
        if isinstance(each, str):
            with suppress(ValueError):
                return date.fromisoformat(each)
    return None
