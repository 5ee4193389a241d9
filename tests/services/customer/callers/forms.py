"""Numbers and the ways they are written: by hand, and generated for every number."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = "CN"
# A line begins with a number in E.164, or goes on with the last one's; behind it, between "; ", is how people
# write it: "<country>|<form>", the country where one asks.
BY_HAND = (Path(__file__).parent / "forms.txt").read_text()


class Form(NamedTuple):
    """A number and one way to write it, in a country or where one is."""

    number: str
    written: str
    country: str | None


def by_hand() -> Iterator[Form]:
    """Yield the table above."""
    number = ""
    for line in BY_HAND.splitlines():
        named, _, forms = line.partition(" ")
        number = named or number
        for each in forms.split("; "):
            country, _, written = each.strip(" ").partition("|")
            yield Form(
                number,
                written.encode("latin-1", "backslashreplace").decode("unicode-escape"),
                country or None,
            )


def generated(number: str) -> Iterator[Form]:
    """Yield what programs make of any number."""
    digits = number[1:]
    spaced = " ".join(digits[at : at + 3] for at in range(0, len(digits), 3))
    wide, arabic = (digits.translate({48 + n: zero + n for n in range(10)}) for zero in (0xFF10, 0x0660))
    forms = (
        number,
        f"00{digits}",
        f"{chr(0xFF0B)}{wide}",
        f"+{arabic}",
        f"+{spaced}",
        f"+{spaced.replace(' ', '.')}",
    )
    uris = (
        f"tel:{number}",
        f"tel:{number};ext=5",
        f"sip:{number}@example.org",
        f"{number} 转 801",
        f"+00{digits}",
    )
    return (Form(number, written, None) for written in (*forms, *uris))


NUMBERS = sorted({each.number for each in by_hand()})
TABLE = [*by_hand(), *(form for number in NUMBERS for form in generated(number))]
