"""Checking: an address with its parts in one form, and what seems wrong with it. Pure.

What is certain is refused: a country that there is none of, and a postal code that no address of its country
can have. Everything else that seems wrong is kept, and told as a problem: real addresses are like that.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from unicodedata import normalize

from services.customer.addresses.countries import Country, Region, country
from services.customer.addresses.formatting import PARTS, formatted, is_latin

OURS = ("formatted", "formatted_latin", "problems")  # members that only we write
MISSING, UNKNOWN, ELSEWHERE, NOT_USED = "missing", "unknown", "elsewhere", "not_used"
Wrong = tuple[str, str, str]  # the part, a code, a sentence
Address = Mapping[str, Any]


def settled(given: Address) -> dict[str, Any]:
    """Return a whole address with its parts in their form, its lines formatted, and its problems."""
    address = {name: value for name, value in given.items() if name not in OURS}
    known = country(address["country"]) if address["country"] else None
    if code := address["postal_code"]:
        address["postal_code"] = " ".join(normalize("NFKC", code).replace("〒", "").upper().split())
    region = known and address["region"] and known.region(address["region"])
    if region:
        address["region"] = _named(address["region"], region)
    lines, latin = formatted(address, known)
    return {
        **address,
        "formatted": lines,
        "formatted_latin": latin,
        "problems": [{"part": part, "code": code} for part, code in _problems(address, known)],
    }


def refused(address: Address) -> Iterator[Wrong]:
    """Yield what is certainly wrong with an address."""
    if address["country"] is None:
        return
    known = country(address["country"])
    if known is None:
        yield "country", "unknown_country", "There is no country of this code (ISO 3166)."
    elif (
        known.postal is not None
        and address["postal_code"]
        and not known.postal.fullmatch(address["postal_code"])
    ):
        detail = f"Postal codes of {known.code} look like {known.example}."
        yield "postal_code", "wrong_postal_code", detail


def _problems(address: Address, known: Country | None) -> Iterator[tuple[str, str]]:
    if known is None:
        yield "country", UNKNOWN if address["country"] else MISSING
        return
    region = known.region(address["region"]) if address["region"] else None
    city = known.city_region(address["city"]) if address["city"] else None
    same = {"S": city is not None, "C": region is not None and region.is_city}  # where a city is a region
    for letter, part in PARTS.items():
        if letter in known.required and not address[part] and not same.get(letter):
            yield part, MISSING
    if address["region"] and known.row.get("regions") and region is None:
        yield "region", UNKNOWN
    if address["postal_code"]:
        yield from _postal_problems(address["postal_code"], known, region or city)


def _postal_problems(code: str, known: Country, region: Region | None) -> Iterator[tuple[str, str]]:
    if known.postal is None:
        yield "postal_code", NOT_USED
    elif region is not None and region.postal and not _begins(code, region.postal):
        yield "postal_code", ELSEWHERE


def _begins(code: str, pattern: str) -> bool:
    return re.match(pattern, code) is not None


def _named(written: str, region: Region) -> str:
    """Return the official name of a region in the script that it was written in."""
    if not is_latin([written]) or is_latin([region.name]):
        return region.name
    return region.latin or region.name
