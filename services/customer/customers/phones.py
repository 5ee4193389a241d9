"""Phone numbers in their one international form."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, ValidationResult

from services.customer.customers.dialling import dialled

CACHED = 100_000
_PLAIN = re.compile(r"\+?[1-9][0-9 -]{2,24}")


@lru_cache(CACHED)
def e164(written: str, country: str) -> str | None:
    """Return "+8613800138000" for a number as people write it, or None when it cannot be one.

    `country` (ISO 3166, two letters) is where a number without a prefix is dialled. A number counts when
    its length is possible there: new prefixes work before the metadata knows them. Extensions are dropped,
    and what the library does not understand around a number ("转801", "tel:") is left out.
    """
    plain = _PLAIN.fullmatch(written) and _national(written, country)
    return plain or parsed(written, country) or parsed(dialled(written).text, country)


def parsed(written: str, country: str) -> str | None:
    """Return what the library makes of a number, some forty microseconds later."""
    try:
        number = phonenumbers.parse(written, country)
    except NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


class _Plan(NamedTuple):
    code: str
    abroad: str  # how a number begins that says its country; " " (never) where several countries share a code
    prefixes: re.Pattern[str]  # to be stripped: those of trunk lines and of calls abroad
    lengths: frozenset[int]


def _national(written: str, country: str) -> str | None:
    """Return the number when no more has to be stripped from it than the country's own code behind a plus.

    None leaves it to the library.
    """
    plan = _plan(country)
    digits = written.replace(" ", "").replace("-", "")
    if plan is None or (digits[0] == "+" and not digits.startswith(plan.abroad)):
        return None
    digits = digits.removeprefix(plan.abroad)
    if len(digits) not in plan.lengths or digits.startswith((plan.code, "0")):
        return None
    return None if plan.prefixes.match(digits) else f"+{plan.code}{digits}"


@cache
def _plan(country: str) -> _Plan | None:
    """Return how numbers are dialled in a country; None when the library does not know it."""
    code = phonenumbers.country_code_for_region(country)
    own = PhoneMetadata.metadata_for_region(country, None)
    main = PhoneMetadata.metadata_for_region(phonenumbers.region_code_for_country_code(code), None)
    if own is None or main is None or main.general_desc is None:
        return None
    prefixes = filter(None, (own.national_prefix_for_parsing, own.international_prefix))
    return _Plan(
        str(code),
        f"+{code}" if own is main else " ",
        re.compile("|".join(prefixes) or "$"),
        frozenset(main.general_desc.possible_length),
    )
