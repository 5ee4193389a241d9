"""Cutting what arrives into lines: holds one unfinished line, and of one that is too long nothing."""

from collections.abc import Iterator
from typing import NamedTuple

BOM = b"\xef\xbb\xbf"
LONGEST = 1 << 20  # bytes of a line


class Line(NamedTuple):
    """One line that is not blank, by its number from 1; None was too long to be kept."""

    number: int
    raw: bytes | None


class Cutter:
    """Cuts parts, wherever they begin and end, at each LF; a CR before it is white space of JSON."""

    def __init__(self, longest: int = LONGEST) -> None:
        self.longest, self.number = longest, 0
        self._held, self._over = bytearray(), False

    def feed(self, part: bytes) -> Iterator[Line]:
        """Yield the lines that a part ends; blank ones count, and are passed over."""
        *ends, rest = part.split(b"\n")
        for end in ends:
            yield from self._line(end)
        self._hold(rest)

    def _line(self, end: bytes) -> Iterator[Line]:
        self._hold(end)
        raw, over = bytes(self._held), self._over
        self._held.clear()
        self._over, self.number = False, self.number + 1
        if self.number == 1:
            raw = raw.removeprefix(BOM)
        if over or raw.strip():
            yield Line(self.number, None if over else raw)

    def _hold(self, piece: bytes) -> None:
        self._over = self._over or len(self._held) + len(piece) > self.longest
        if self._over:
            self._held.clear()
        else:
            self._held += piece
