"""Blocking: the keys of records; only records that share one are compared."""

import numpy as np
from numpy.typing import NDArray

from services.customer.duplicates.forms import Chosen, Forms

# What a rule makes two records agree in.
ABOUT = {
    "phone": ("phone",),
    "email": ("email",),
    "local_part": ("email",),
    "account": ("account",),
    "number": ("number",),
    "name": ("name",),
    "lines": ("address",),
    "born_at": ("birthday", "address"),
}
RULES = tuple(ABOUT)
KEY = np.dtype([("key", "<u8"), ("no", "<u4"), ("rule", "u1")])
Keys = NDArray[np.void]
Words = NDArray[np.uint64]
_COLUMNS = {
    "phone": "phones",
    "email": "emails",
    "local_part": "local_parts",
    "account": "accounts",
    "number": "numbers",
    "name": "heard",
    "lines": "lines",
}
_ODD, _MORE = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


def keys(rows: Forms) -> Keys:
    """Return the keys of all records; `no` is a record's place in `rows`."""
    found = []
    for rule, name in enumerate(RULES):
        values = rows[_COLUMNS[name]] if name in _COLUMNS else _born_at(rows)
        no, column = np.nonzero(values)
        some = np.empty(len(no), KEY)
        some["key"], some["no"], some["rule"] = (
            _mixed(values[no, column], np.array([rule + 1], np.uint64)),
            no,
            rule,
        )
        found.append(some)
    return np.concatenate(found)


def narrower(large: Keys, rows: Forms) -> Keys:
    """Return, for keys that too many records share, each of them together with what else a record has.

    For a name that is when and where somebody was born, and how to reach them; for all others it is the name.
    """
    found = []
    for named in (False, True):
        some = large[(large["rule"] == RULES.index("name")) == named]
        mine = Chosen(rows, some["no"])
        seconds = _besides(mine) if named else mine["heard"]
        at, column = np.nonzero(seconds)
        each = some[at]
        each["key"] = _mixed(each["key"], seconds[at, column])
        found.append(each)
    return np.concatenate(found)


def _born_at(rows: Forms) -> Words:
    day = rows["birthday"].astype(np.uint64)[:, None]
    places = np.concatenate([rows["postal_codes"], rows["cities"]], axis=1)
    return np.where((day != 0) & (places != 0), _mixed(places, day), np.uint64(0))


def _besides(rows: Chosen) -> Words:
    day, cities = rows["birthday"].astype(np.uint64)[:, None], rows["cities"]
    year = np.where((day != 0) & (cities != 0), _mixed(cities, day // np.uint64(10_000)), np.uint64(0))
    reached = (rows["endings"].astype(np.uint64), rows["local_parts"])
    return np.concatenate([day, year, rows["postal_codes"], *reached], axis=1)


def _mixed(one: Words, other: Words) -> Words:
    """Return 64 bits that stand for two values together, never 0 in practice."""
    mixed = (one ^ (other * _ODD)) * _MORE
    return np.asarray((mixed ^ (mixed >> _HALF)) * _ODD)
