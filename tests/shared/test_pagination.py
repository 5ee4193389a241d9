"""Cursors: what goes in comes out, and nothing else gets in."""

import string
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.pagination import Cursors

CURSORS = Cursors(b"s" * 32)
KEYS = st.lists(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=8)
    | st.uuids()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(UTC)),
    max_size=4,
)


@given(KEYS, st.text(st.characters(codec="utf-8")))
def test_keys_come_back_as_they_were(keys: list[object], scope: str) -> None:
    assert CURSORS.decode(CURSORS.encode(keys, scope), scope) == keys


@given(KEYS)
def test_a_cursor_serves_only_the_list_it_came_from(keys: list[object]) -> None:
    cursor = CURSORS.encode(keys, "/v1/things?owner=a")
    with pytest.raises(Invalid):
        CURSORS.decode(cursor, "/v1/things?owner=b")
    with pytest.raises(Invalid):
        Cursors(b"t" * 32).decode(cursor, "/v1/things?owner=a")


@example(10, "/")  # which stands for the same bits as the "_" that is there
@given(st.integers(0, 200), st.sampled_from(string.ascii_letters + string.digits + "-_!/ é"))
def test_no_character_of_a_cursor_can_be_changed(place: int, other: str) -> None:
    cursor = CURSORS.encode([datetime(2026, 1, 1, tzinfo=UTC), Decimal("1.50")], "list")
    place %= len(cursor)
    if cursor[place] != other:
        with pytest.raises(Invalid):
            CURSORS.decode(cursor[:place] + other + cursor[place + 1 :], "list")


@given(st.text(max_size=40))
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        CURSORS.decode(text, "list")
    assert refused.value.errors[0]["parameter"] == "cursor"
