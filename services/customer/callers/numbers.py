"""The numbers that a written one may stand for, the likeliest first. Pure."""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    CountryCodeSource,
    NumberParseException,
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberFormat,
    is_valid_number,
)

from services.customer.customers.dialling import dialled

CACHED = 20_000
_ABROAD = ("00", "011", "810")  # how most of the world, North America and Russia dial abroad
_DIRECT = re.compile(r"(.*\d)\s*[-/]\s*\d{1,6}")  # 010-88886666-801: the extension behind one more hyphen


class Match(StrEnum):
    """How a number was read, the surest way first; each names the boldest step that was needed."""

    EXACT = "exact"
    BY_COUNTRY = "by_country"
    BY_DEFAULT_COUNTRY = "by_default_country"
    PLUS_ADDED = "plus_added"
    FOREIGN_PREFIX = "foreign_prefix"
    PLUS_REMOVED = "plus_removed"
    TRUNK_ZERO_REMOVED = "trunk_zero_removed"
    TRUNK_ZERO_ADDED = "trunk_zero_added"
    EXTENSION_DROPPED = "extension_dropped"


ORDER = {match: at for at, match in enumerate(Match)}


class Candidate(NamedTuple):
    """A number in E.164, and how it was come by."""

    number: str
    match: Match


@lru_cache(CACHED)
def candidates(written: str, country: str | None, default: str) -> tuple[Candidate, ...]:
    """Return what a written number may be, each number once; nothing for what holds no possible number.

    `country` (ISO 3166) is where it was written or dialled from, `default` where we are. The default counts
    only where `country` is not given, or makes no number of it.
    """
    text, extension = dialled(written)
    found = _readings(text, country, default)
    if not found and (shorter := _DIRECT.fullmatch(text)):
        extension, found = True, _readings(shorter[1], country, default)
    found |= {number: match for each in list(found) for number, match in _trunk(each) if number not in found}
    told = (Candidate(n, Match.EXTENSION_DROPPED if extension else match) for n, match in found.items())
    return tuple(sorted(told, key=lambda each: ORDER[each.match]))


def _readings(text: str, country: str | None, default: str) -> dict[str, Match]:
    found: dict[str, Match] = {}
    for number, match in _read(text, country, default):
        found.setdefault(number, match)
    return found


def _read(text: str, country: str | None, default: str) -> Iterator[tuple[str, Match]]:
    if text.startswith(("+", "(+")):
        told = _parsed(text, None)
        if told is not None:
            yield _written(told), Match.EXACT
        if (told is None or not is_valid_number(told)) and (home := _at_home(_dense(text), country, default)):
            yield home[0], Match.PLUS_REMOVED
        return
    if home := _at_home(text, country, default):
        yield home
        if home[1] is Match.EXACT:
            return
    digits = _dense(text)
    for start, match in (("", Match.PLUS_ADDED), *((each, Match.FOREIGN_PREFIX) for each in _ABROAD)):
        rest = _parsed(f"+{digits.removeprefix(start)}", None) if digits.startswith(start) else None
        if rest is not None and is_valid_number(rest):
            yield _written(rest), match


def _at_home(text: str, country: str | None, default: str) -> tuple[str, Match] | None:
    """Return what a number without a plus is where it is dialled; what goes abroad names its country."""
    for where, match in ((country, Match.BY_COUNTRY), (default, Match.BY_DEFAULT_COUNTRY)):
        if parsed := _parsed(text, where):
            abroad = parsed.country_code_source == CountryCodeSource.FROM_NUMBER_WITH_IDD
            return _written(parsed), Match.EXACT if abroad else match
    return None


def _dense(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", text)


def _trunk(number: str) -> Iterator[tuple[str, Match]]:
    """Yield the number with the zero that its country would keep, and without one that it has too many."""
    code = _code(number)
    national = number.removeprefix(f"+{code}")
    if not national.startswith("0") and _dialled_behind_zero(code):
        return
    if national.startswith("0"):
        other, match = f"+{code}{national.lstrip('0')}", Match.TRUNK_ZERO_REMOVED
    else:
        other, match = f"+{code}0{national}", Match.TRUNK_ZERO_ADDED
    if found := _parsed(other, None):
        yield _written(found), match


def _code(number: str) -> int:
    """Return the country's code that a number in E.164 begins with: none begins with another."""
    return next(code for end in (2, 3, 4) if (code := int(number[1:end])) in COUNTRY_CODE_TO_REGION_CODE)


@cache
def _dialled_behind_zero(code: int) -> bool:
    """Whether a country's zero is dialled before the number, and no part of any."""
    own = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_country_code(code), None)
    return own is not None and own.national_prefix == "0"


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    """Return a number that is possible in its country; None without a country to read it in."""
    if not text or (country is None and not text.startswith(("+", "(+"))):
        return None
    try:
        number = phonenumbers.parse(text, country, keep_raw_input=True)
    except NumberParseException:
        return None
    reason = phonenumbers.is_possible_number_with_reason(number)
    return number if reason == phonenumbers.ValidationResult.IS_POSSIBLE else None


def _written(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
