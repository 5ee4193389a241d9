"""Telephone numbers as they are compared: one form for all in which a number is written. Pure."""

import re
from functools import lru_cache
from unicodedata import normalize

import phonenumbers

CACHED = 20_000
_URI = re.compile(r"\s*(?:tel|sips?):(?://)?", re.IGNORECASE)
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


@lru_cache(CACHED)
def comparable(written: str, country: str) -> str | None:
    """Return a number in E.164, read where it names no country in `country` (ISO 3166).

    What makes no possible number, such as an extension, is its digits; None where there is none.
    """
    text = _HIDDEN.sub("", normalize("NFKC", written))
    if _URI.match(text):
        text = re.split(r"[@;]", _URI.sub("", text, count=1))[0]
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is not None and phonenumbers.is_possible_number(parsed):
        parsed.extension = None
        return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return re.sub(r"[^0-9]", "", text) or None
