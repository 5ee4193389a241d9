"""What a key is, and what marks each kind of them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.customer.names.folding import HAN_RUN

RECIPE = 1  # raise it when other keys are made of the same customer: the worker then makes all of them anew
LONGEST, MOST = 64, 200  # characters of a key, keys of a customer
# Words of names and addresses, pinyin and Han characters bear no mark.
WHOLE = "="  # a whole name or a whole value of an attribute
FIRST = "~"  # initials
NAMED = "#"  # an id in another system
TAGGED = ":"
ENDS = "<"  # the digits of a phone number, from the last to the first
REACHED = "@"  # an e-mail address, or another contact point


class Key(NamedTuple):
    """One key: its text, where it comes from (`field`, `form`), and the value that it was made of."""

    text: str
    field: str
    form: str
    value: str


def vector(keys: Iterable[Key]) -> str:
    """Return keys as the text of a tsvector, each once, none too long and not too many."""
    texts = dict.fromkeys([key[0][:LONGEST] for key in keys if key[0]])
    return " ".join([quoted(text) for text in list(texts)[:MOST]])


def quoted(text: str) -> str:
    """Return a text as it stands in a tsvector and in a tsquery."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def pairs(folded: str) -> Iterator[str]:
    """Yield the Han characters of a folded text in pairs, and the one that stands alone."""
    if folded.isascii():
        return
    for run in HAN_RUN.findall(folded):
        if len(run) == 1:
            yield run
        yield from (run[at : at + 2] for at in range(len(run) - 1))


def others(folded: str) -> list[str]:
    """Return the words of a folded text without their Han characters."""
    return folded.split() if folded.isascii() else HAN_RUN.sub(" ", folded).split()
