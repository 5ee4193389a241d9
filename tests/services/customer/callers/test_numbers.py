"""Reading numbers: every written form leads to its number, and says by what reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.callers.numbers import ORDER, Candidate, Match, candidates
from services.customer.customers.phones import e164
from tests.services.customer.callers.forms import HERE, NUMBERS, TABLE, Form, by_hand


def test_the_table_is_large() -> None:
    assert len(NUMBERS) >= 40
    assert len(list(by_hand())) >= 170
    assert len(TABLE) >= 600


@pytest.mark.parametrize("form", TABLE, ids=lambda form: f"{form.number} {form.written}")
def test_every_form_is_read_as_its_number(form: Form) -> None:
    assert form.number in [each.number for each in candidates(form.written, form.country, HERE)]


@pytest.mark.parametrize(
    ("written", "country", "first"),
    [
        ("+86 138 0013 8000", "US", Candidate("+8613800138000", Match.EXACT)),
        ("0086 138 0013 8000", None, Candidate("+8613800138000", Match.EXACT)),
        ("020 7946 0018", "GB", Candidate("+442079460018", Match.BY_COUNTRY)),
        ("13800138000", None, Candidate("+8613800138000", Match.BY_DEFAULT_COUNTRY)),
        ("4915123456789", None, Candidate("+4915123456789", Match.PLUS_ADDED)),
        ("011 86 138 0013 8000", None, Candidate("+8613800138000", Match.FOREIGN_PREFIX)),
        ("+010 8888 6666", None, Candidate("+861088886666", Match.PLUS_REMOVED)),
        ("138 0013 8000 转 8", None, Candidate("+8613800138000", Match.EXTENSION_DROPPED)),
    ],
)
def test_the_surest_reading_comes_first(written: str, country: str | None, first: Candidate) -> None:
    assert candidates(written, country, HERE)[0] == first


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("+39 6 69812345", Candidate("+390669812345", Match.TRUNK_ZERO_ADDED)),
        ("+39 0335 1234567", Candidate("+393351234567", Match.TRUNK_ZERO_REMOVED)),
    ],
)
def test_a_zero_lost_or_left_is_thought_of(written: str, other: Candidate) -> None:
    assert other in candidates(written, None, HERE)


@pytest.mark.parametrize(
    "written", ["", " ", "anonymous", "+", "()", "1", "unknown;ext=5", "x" * 200, "+" * 200]
)
def test_what_holds_no_number_has_no_reading(written: str) -> None:
    assert candidates(written, None, HERE) == ()


@given(st.text(max_size=60), st.sampled_from([None, "CN", "US", "XX"]))
def test_whatever_is_written_is_read_without_complaint(written: str, country: str | None) -> None:
    found = candidates(written, country, HERE)
    ranks = [ORDER[each.match] for each in found]
    assert ranks == sorted(ranks)
    assert len({each.number for each in found}) == len(found)


@pytest.mark.parametrize("written", ["010-8888 6666 转 801", "tel:010-88886666;ext=5", "座机 010 8888 6666"])
def test_a_number_is_kept_in_the_form_that_it_is_looked_for(written: str) -> None:
    assert e164(written, HERE) == "+861088886666"
