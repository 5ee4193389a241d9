"""Mailboxes are parted into the same messages however their bytes are cut."""

import random
from itertools import pairwise

import pytest

from services.interaction.mail import mbox
from services.interaction.mail.mbox import Piece, Splitter

LINE = b"From a@b.example Mon Mar  2 09:30:00 2026\n"
ONE = b"Subject: one\n\nHello\n"
MBOXRD = (
    LINE + ONE + b"\n" + LINE + b"Subject: two\n\n>From here on\n>>From twice\nFrom mid-text it is none\n\n"
    b"From time to time we write\n\n" + b"From QQ 2026-03-02 09:30:00\r\n" + b"Subject: three\r\n\r\nx\r\n"
)


def parted(whole: bytes, *cuts: int, start: int = 0) -> list[Piece]:
    splitter, found = Splitter(start), []
    at = [0, *sorted(cuts), len(whole)]
    for begin, end in pairwise(at):
        found += splitter.feed(whole[begin:end])
    return [*found, *splitter.close()]


def test_quoted_lines_are_unquoted_and_only_lines_with_a_time_part() -> None:
    one, two, three = parted(MBOXRD)
    assert one.raw == ONE
    assert two.raw is not None
    assert b"\nFrom here on\n>From twice\nFrom mid-text it is none\n\nFrom time to time we write\n" in two.raw
    assert three.raw == b"Subject: three\r\n\r\nx\r\n"
    assert (one.start, one.envelope) == (0, "Mon Mar  2 09:30:00 2026")
    assert three.envelope == "2026-03-02 09:30:00"
    assert two.start == len(LINE + ONE) + 1


@pytest.mark.parametrize("seed", range(20))
def test_cuts_change_nothing(seed: int) -> None:
    luck = random.Random(seed)  # noqa: S311 - places, not secrets
    cuts = [luck.randrange(len(MBOXRD)) for _ in range(luck.randrange(12))]
    assert parted(MBOXRD, *cuts) == parted(MBOXRD)


@pytest.mark.parametrize("skipped", [1, 2])
def test_reading_goes_on_at_any_message(skipped: int) -> None:
    whole = parted(MBOXRD)
    start = whole[skipped].start
    assert parted(MBOXRD[start:], start=start) == whole[skipped:]


@pytest.mark.parametrize(
    ("whole", "messages"),
    [
        (b"", []),
        (b"\n\n\n", []),
        (b"Subject: no line\n\nx\n", [b"Subject: no line\n\nx\n"]),
        (b"From nobody\nSubject: odd line\n\nx", [b"Subject: odd line\n\nx"]),
        (LINE + LINE + ONE, [b"", ONE]),
        (LINE + ONE + b"\n\n\n" + LINE + ONE, [ONE + b"\n\n", ONE]),
        (
            LINE.replace(b"2026", b"CST 2026") + ONE + b"\n" + LINE.replace(b" 2026", b" 2026 +0800") + ONE,
            [ONE, ONE],
        ),
    ],
)
def test_odd_mailboxes(whole: bytes, messages: list[bytes]) -> None:
    assert [piece.raw for piece in parted(whole)] == messages


def test_a_message_that_is_too_long_is_counted_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "LONGEST", 100)
    long, short = parted(LINE + b"x" * 90 + b"\n" + b"y" * 90 + b"\n\n" + LINE + ONE)
    assert (long.raw, long.size, short.raw) == (None, 183, ONE)


def test_a_line_without_end_is_not_held_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbox, "LONGEST_LINE", 60)
    whole = LINE + b"Subject: " + b"z" * 1_000
    (only,) = parted(whole, *range(0, len(whole), 7))
    assert only.raw == b"Subject: " + b"z" * 1_000
