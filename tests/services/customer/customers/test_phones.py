"""Phone numbers: every written form of one number is the same number."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.customers.phones import e164, parsed


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "0086 13800138000",
        "".join(chr(0xFEE0 + ord(digit)) for digit in "13800138000"),  # full width
    ],
)
def test_every_written_form_is_the_same_number(written: str) -> None:
    assert e164(written, "CN") == "+8613800138000"


@pytest.mark.parametrize("written", ["", "no number", "12", "1" * 40, "+999 123456", "\u202e138"])
def test_what_cannot_be_a_number_has_no_form(written: str) -> None:
    assert e164(written, "CN") is None


def test_the_country_says_where_a_number_is_dialled() -> None:
    assert e164("020 7946 0018", "GB") == "+442079460018"
    assert e164("13800138000", "XX") is None
    assert e164("+86 13800138000", "XX") == "+8613800138000"


@given(
    st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)),
    st.from_regex(r"[1-9][0-9 -]{2,14}", fullmatch=True),
)
def test_the_short_way_agrees_with_the_library(country: str, written: str) -> None:
    assert e164(written, country) == parsed(written, country)
    abroad = f"+{phonenumbers.country_code_for_region(country)}{written}"
    assert e164(abroad, country) == parsed(abroad, country)


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
def test_the_short_way_agrees_on_real_numbers(country: str) -> None:
    example = phonenumbers.example_number(country)
    for written in (str(example.national_number), f"+{example.country_code} {example.national_number}"):
        assert e164(written, country) == parsed(written, country)
