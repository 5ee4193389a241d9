"""Formatting: the lines of an address as they stand on an envelope, in the order of its country. Pure."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from services.customer.addresses.countries import Country

Address = Mapping[str, Any]
PARTS = {"A": "lines", "C": "city", "D": "district", "S": "region", "Z": "postal_code"}
_NOWHERE = {False: "%Z%n%S%C%D%n%A", True: "%A%n%D%n%C, %S %Z"}  # of addresses without a country
_FOREIGN = re.compile(r"[^\W\d_A-Za-zªº\u00c0-\u024f\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a]")  # a letter
_TOKEN = re.compile(r"(%[A-Z])")


def is_latin(texts: Sequence[str]) -> bool:
    """Whether all letters are Latin ones."""
    return not any(_FOREIGN.search(text) for text in texts if not text.isascii())


def formatted(address: Address, country: Country | None) -> tuple[list[str], list[str] | None]:
    """Return the lines in the script that the address is written in, and those in Latin letters.

    The latter are None where a part of the address has no Latin form that is known.
    """
    lines = address["lines"]
    if is_latin([*lines, address["city"] or ""]):
        written = _written(address, country, latin=True)
        return written, written if written and is_latin(written) else None
    written = _written(address, country, latin=False)
    in_latin = _written(address, country, latin=True) if is_latin(lines) else []
    return written, in_latin if in_latin and is_latin(in_latin) else None


def _written(address: Address, country: Country | None, *, latin: bool) -> list[str]:
    form = _NOWHERE[latin] if country is None else country.form(latin=latin)
    values = _values(address, country, latin=latin)
    return [line for tokens in _tokens(form) for line in _line(tokens, values)]


@cache
def _tokens(form: str) -> list[list[str]]:
    """Return the lines of a form as its parts and what stands between them; without recipients."""
    lines = [[token for token in _TOKEN.split(line) if token] for line in form.split("%n")]
    return [line for line in lines if line not in (["%N"], ["%O"])]


def _values(address: Address, country: Country | None, *, latin: bool) -> dict[str, list[str]]:
    texts = {letter: address[part] or "" for letter, part in PARTS.items() if part != "lines"}
    if country is not None:
        region = country.region(texts["S"]) if texts["S"] else None
        if region is not None:
            texts["S"] = (region.latin or region.name) if latin else region.name
        if region is not None and country.city_region(texts["C"]) == region:
            texts["C"] = ""
        elif texts["C"]:
            texts["C"] = country.city(texts["C"], latin=latin)
    given = {letter: [text] if text else [] for letter, text in texts.items()}
    return {**given, "A": list(address["lines"])}


def _line(tokens: Sequence[str], values: Mapping[str, list[str]]) -> list[str]:
    """Return the lines that one of a form becomes; separators of parts that are not there are left out."""
    lines, between = [""], ""
    for token in tokens:
        if not token.startswith("%"):
            between = token
            if not lines[-1] and any(map(str.isalpha, token)):  # the name of the place itself
                lines[-1], between = token.strip(), " " * token.endswith(" ")
            continue
        texts = values.get(token[1], [])
        if texts:
            begins = lines[-1] or between == "〒"
            lines[-1] += (between if begins else "") + texts[0]
            lines += texts[1:]
            between = ""
    return [line for line in lines if line]
