"""Which method works for which objection: shares with their intervals. Pure."""

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Any

Z = 1.959963984540054  # of 95 %


def interval(worked: int, known: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share, for `known` > 0."""
    share, z2 = worked / known, Z * Z / known
    middle = (share + z2 / 2) / (1 + z2)
    half = Z / (1 + z2) * sqrt(share * (1 - share) / known + z2 / (4 * known))
    return max(0.0, middle - half), min(1.0, middle + half)


def figures(counted: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return counts with their shares; of each kind and personality the highest lower bound comes first."""
    found = [{**row, **_share(row["worked"], row["worked"] + row["failed"])} for row in counted]
    return sorted(found, key=_rank)


def _share(worked: int, known: int) -> dict[str, float | None]:
    if not known:
        return {"share": None, "low": None, "high": None}
    low, high = interval(worked, known)
    return {"share": worked / known, "low": low, "high": high}


def _rank(row: Mapping[str, Any]) -> tuple[Any, ...]:
    surest = -1.0 if row["low"] is None else row["low"]
    return row["kind"], row["personality"] or "", -surest, row["method"]
