"""Lines: the same, however the bytes arrive."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from streams.lines import BOM, Cutter, Line

LONGEST = 8
body = st.lists(st.sampled_from([b"\n", b"\r\n", b" ", b"a", b"1234567", b"\xff", BOM]), max_size=30).map(
    b"".join
)


def cut(parts: list[bytes]) -> list[Line]:
    cutter = Cutter(LONGEST)
    return [line for part in [*parts, b"\n"] for line in cutter.feed(part)]


def expected(whole: bytes) -> list[Line]:
    found = []
    for number, raw in enumerate(whole.split(b"\n"), 1):
        kept = None if len(raw) > LONGEST else raw.removeprefix(BOM) if number == 1 else raw
        if kept is None or kept.strip():
            found.append(Line(number, kept))
    return found


@given(body, st.lists(st.integers(0, 60), max_size=10))
def test_lines_do_not_depend_on_where_the_parts_end(whole: bytes, at: list[int]) -> None:
    ends = [0, *sorted(at), len(whole)]
    parts = [whole[begin:end] for begin, end in pairwise(ends)]
    assert cut(parts) == expected(whole)
    assert cut([whole[n : n + 1] for n in range(len(whole))]) == expected(whole)


def test_of_a_line_that_is_too_long_nothing_is_held() -> None:
    cutter = Cutter(LONGEST)
    for _ in range(1_000):
        assert list(cutter.feed(b"x" * 1_000)) == []
        assert len(cutter._held) == 0
    assert list(cutter.feed(b"\nnext\n")) == [Line(1, None), Line(2, b"next")]
