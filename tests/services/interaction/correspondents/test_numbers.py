"""Numbers as they are compared."""

import pytest

from services.interaction.correspondents.numbers import comparable


@pytest.mark.parametrize(
    "written",
    [
        "138 0013 8000",
        "+86 138-0013-8000",
        "0086 13800138000",
        "138 0013 8000".translate({n: n + 0xFEE0 for n in range(0x30, 0x3A)}),
        "tel:+86-138-0013-8000",
        "sip:+8613800138000@pbx.example",
        "+86 138 0013 8000 ext. 5",
    ],
)
def test_all_forms_of_a_number_are_one(written: str) -> None:
    assert comparable(written, "CN") == "+8613800138000"


@pytest.mark.parametrize(
    ("written", "wanted"), [("801", "801"), ("anonymous", None), ("", None), ("unknown 7", "7")]
)
def test_what_is_no_number_is_its_digits(written: str, wanted: str | None) -> None:
    assert comparable(written, "CN") == wanted


def test_the_country_decides_where_the_number_does_not() -> None:
    assert comparable("020 7946 0018", "GB") == "+442079460018"
