"""Owns shares of a whole: in parts of a hundred that add up, how concentrated, how moved. Pure."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from math import floor, fsum

PLACES = 2
_WHOLE = 100 * 10**PLACES
Values = Sequence[Decimal | None]


def shares(values: Values) -> list[float | None]:
    """Return v_i / Σ v; None for an unknown value, and for all without a total above zero."""
    total = sum((value for value in values if value is not None), Decimal())
    if total <= 0:
        return [None] * len(values)
    return [None if value is None else float(value / total) for value in values]


def percents(values: Values) -> list[str | None]:
    """Return the shares in percent with two decimals, adding up to exactly 100.00.

    Largest remainder (Hamilton's method): each is rounded down, and the hundredths that are missing go to
    those who lost most; equals in their order. None where there is no share.
    """
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    total = sum((value for _, value in known), Decimal())
    out: list[str | None] = [None] * len(values)
    if total <= 0:
        return out
    exact = {at: value * _WHOLE / total for at, value in known}
    whole = {at: floor(value) for at, value in exact.items()}
    missing = _WHOLE - sum(whole.values())
    for at in sorted(exact, key=lambda at: whole[at] - exact[at])[:missing]:
        whole[at] += 1
    for at, value in whole.items():
        out[at] = f"{Decimal(value).scaleb(-PLACES):.{PLACES}f}"
    return out


def concentration(values: Values) -> float | None:
    """Return the Herfindahl-Hirschman index Σ s_i², 1/n when all are equal, 1 when one has all."""
    found = shares(values)
    return sum(share**2 for share in found if share is not None) if any(found) else None


def mix_shift(now: Mapping[Hashable, Decimal], before: Mapping[Hashable, Decimal]) -> float | None:
    """Return Σ |s_t - s_(t-1)| / 2, the share of the whole that has moved, 0 to 1; None without both."""
    names = list(now.keys() | before.keys())
    sides = [shares([side.get(name, Decimal()) for name in names]) for side in (now, before)]
    if not all(any(share is not None for share in side) for side in sides):
        return None
    moved = (abs((a or 0.0) - (b or 0.0)) for a, b in zip(*sides, strict=True))
    return fsum(moved) / 2


def growth(now: Decimal | None, before: Decimal | None, base: Decimal | None = None) -> float | None:
    """Return (now - before) / base, of `before` itself without a base; None unless that is above zero."""
    base = before if base is None else base
    if now is None or before is None or base is None or base <= 0:
        return None
    return float((now - before) / base)
