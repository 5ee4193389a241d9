"""What is wrong with a line before anybody asks what it says."""

from shared.errors import Invalid, MalformedJson, Problem
from streams.lines import LONGEST, Line
from web.bodies import parse


class LineTooLong(Invalid):
    """A line of a stream is longer than one may be."""

    code, title = "line_too_long", "The line is too long"
    says = f"A line has at most {LONGEST} bytes."


def value_of(line: Line) -> object:
    """Return what a line says, or the Problem with it."""
    if line.raw is None:
        return LineTooLong()
    try:
        return parse(line.raw)
    except MalformedJson as problem:
        return MalformedJson(f"It stops being JSON in UTF-8 at character {problem.extra['position']}.")
    except Problem as problem:
        return problem
