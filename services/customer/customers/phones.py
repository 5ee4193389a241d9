"""Phone numbers in their one international form."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

CACHED = 100_000


@lru_cache(CACHED)
def e164(written: str, country: str) -> str | None:
    """Return "+8613800138000" for a number as people write it, or None when it cannot be one.

    `country` (ISO 3166, two letters) is where a number without a prefix is dialled. A number counts when
    its length is possible there: new prefixes work before the metadata knows them. Extensions are dropped.
    """
    try:
        number = phonenumbers.parse(written, country)
    except NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
