"""Words for what is wrong in a request, and pointers to where."""

from collections.abc import Iterable
from difflib import get_close_matches


def unknown(kind: str, name: str | int, known: Iterable[str]) -> str:
    """Say that a name is not known and which known one is nearest; the name itself is not repeated."""
    near = get_close_matches(str(name)[:64], known, n=1, cutoff=0.5)
    return f"There is no such {kind}; did you mean {near[0]}?" if near else f"There is no such {kind}"


def pointer(place: Iterable[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a place."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)
