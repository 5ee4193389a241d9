"""Comparing: at which level the two records of each pair agree, field by field."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.customer.duplicates.distances import distances, least
from services.customer.duplicates.fields import FIELDS, LEVELS, MISSING, at
from services.customer.duplicates.forms import Chosen, Forms

Rows = Forms | Chosen
Levels = NDArray[np.int8]  # pairs × FIELDS
Mask = NDArray[np.bool_]
SHORT, LONG = 5, 10  # letters: a name has a typo from the first on, two from the second
MOST = 5_000  # pairs at a time, so that what is at work stays in the processor's cache


def compare(one: Forms, other: Forms) -> Levels:
    """Return the level of every field for each pair; MISSING where one of the two says nothing."""
    found = np.full((len(one), len(FIELDS)), MISSING, np.int8)
    for start in range(0, len(one), MOST):
        part = slice(start, start + MOST)
        for column, field in enumerate(FIELDS):
            found[part, column] = _FIELDS[field](one[part], other[part])
    return found


def _name(one: Forms, other: Forms) -> NDArray[np.int8]:
    """Test level after level those pairs that have passed no test yet: most names are decided early."""
    levels = np.where(_share(one, other, "written"), at("name", "same"), at("name", "different")).astype(
        np.int8
    )
    left = np.flatnonzero(levels != at("name", "same"))
    for level, test in _NAMES.items():
        passed = test(Chosen(one, left), Chosen(other, left))
        levels[left[passed]] = at("name", level)
        left = left[~passed]
    levels[~_both(one, other, "written")] = MISSING
    return levels


def _typo(one: Chosen, other: Chosen) -> Mask:
    """Whether names differ by a slip; two Chinese names that differ in a character are two names."""
    chinese = (one["han"] & other["han"] & (one["kind"] == 0)).astype(bool)
    found = ~chinese & (least(one["alphabet"], other["alphabet"]) <= 4)
    may = np.flatnonzero(found)
    mine, theirs = one["letters"][may], other["letters"][may]
    size = np.minimum(*((each != 0).sum(axis=1) for each in (mine, theirs)))
    apart = distances(mine, theirs, 2)
    found[may] = (apart > 0) & (apart <= np.where(size >= LONG, 2, 1)) & (size >= SHORT)
    return np.asarray(found)


_NAMES: Mapping[str, Callable[[Chosen, Chosen], Mask]] = {
    "other_script": lambda one, other: (one["han"] != other["han"]) & _share(one, other, "sounds"),
    "same_sound": lambda one, other: _share(one, other, "sounds"),
    "swapped": lambda one, other: _either(one, other, "sounds", "turned"),
    "variant": lambda one, other: _share(one, other, "variants") | _either(one, other, "called", "answers"),
    "typo": _typo,
    "initials": lambda one, other: (
        _either(one, other, "initial", "initialled") | _share(one, other, "initial")
    ),
    "family_name": lambda one, other: _share(one, other, "families"),
}


def _phone(one: Forms, other: Forms) -> NDArray[np.int8]:
    near = _one_digit(one["dialled"], other["dialled"]) & (one["dialled"] > 0) & (other["dialled"] > 0)
    return _first(
        "phone", {"same": _share(one, other, "phones"), "one_digit": near}, _both(one, other, "phones")
    )


def _one_digit(one: NDArray[Any], other: NDArray[Any]) -> Mask:
    """Whether one digit was replaced: the difference is 1 to 9 times a power of ten."""
    gap = np.abs(one.astype(np.int64) - other)
    power = np.power(10, np.floor(np.log10(np.maximum(gap, 1))).astype(np.int64))
    return np.asarray((gap > 0) & (gap % power == 0))


def _email(one: Forms, other: Forms) -> NDArray[np.int8]:
    tests = {"same": _share(one, other, "emails"), "local_part": _share(one, other, "local_parts")}
    return _first("email", tests, _both(one, other, "emails"))


def _address(one: Forms, other: Forms) -> NDArray[np.int8]:
    names = {"lines": "lines", "postal_code": "postal_codes", "city": "cities"}
    known = {level: _both(one, other, name) for level, name in names.items()}
    same = {level: _share(one, other, name) for level, name in names.items()}
    elsewhere = known["city"] & ~same["city"]
    same["lines"] &= ~elsewhere
    return _first("address", same, known["lines"] | known["postal_code"] | known["city"])


def _birthday(one: Forms, other: Forms) -> NDArray[np.int8]:
    (year, month, day), (year_2, month_2, day_2) = (_parts(each["birthday"]) for each in (one, other))
    alike = [year == year_2, month == month_2, day == day_2]
    near = alike[0] | _one_digit(year, year_2)  # a generation apart is no slip
    tests = {
        "same": np.all(alike, axis=0),
        "swapped": alike[0] & (month == day_2) & (day == month_2),
        "close": near & (np.sum(alike, axis=0) == 2),
    }
    return _first("birthday", tests, (one["birthday"] > 0) & (other["birthday"] > 0))


def _parts(day: NDArray[np.int32]) -> tuple[NDArray[np.int32], ...]:
    return day // 10_000, day // 100 % 100, day % 100


def _equal(field: str, column: str) -> Callable[[Forms, Forms], NDArray[np.int8]]:
    """Return the comparison of a field whose values are the same or are not."""
    return lambda one, other: _first(field, {"same": _share(one, other, column)}, _both(one, other, column))


def _kind(one: Forms, other: Forms) -> NDArray[np.int8]:
    return np.where(one["kind"] == other["kind"], at("kind", "same"), at("kind", "different")).astype(np.int8)


def _first(field: str, tests: Mapping[str, Mask], known: Mask) -> NDArray[np.int8]:
    """Return for each pair the first level whose test it passes, the last level for none."""
    levels = np.full(len(known), len(LEVELS[field]) - 1, np.int8)
    for level in reversed(LEVELS[field]):
        if level in tests:
            levels[tests[level]] = at(field, level)
    levels[~known] = MISSING
    return levels


def _share(one: Rows, other: Rows, column: str, column_2: str = "") -> Mask:
    """Whether any of the texts in a column is one of the other's."""
    mine, theirs = one[column], other[column_2 or column]
    found = np.zeros(len(mine), np.bool_)
    for left in range(mine.shape[1]):
        some = mine[:, left] != 0
        if some.any():
            for right in range(theirs.shape[1]):
                found |= some & (mine[:, left] == theirs[:, right])
    return found


def _either(one: Rows, other: Rows, short: str, long: str) -> Mask:
    return _share(one, other, short, long) | _share(one, other, long, short)


def _has(forms: Forms, column: str) -> Mask:
    return np.asarray(forms[column][:, 0] != 0)


def _both(one: Forms, other: Forms, column: str) -> Mask:
    return _has(one, column) & _has(other, column)


_FIELDS: Mapping[str, Callable[[Forms, Forms], NDArray[np.int8]]] = {
    "name": _name,
    "phone": _phone,
    "email": _email,
    "account": _equal("account", "accounts"),
    "address": _address,
    "number": _equal("number", "numbers"),
    "birthday": _birthday,
    "kind": _kind,
}
