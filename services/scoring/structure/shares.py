"""Owns shares of a whole: in parts of a hundred that add up, how concentrated, how moved. Pure."""

from collections.abc import Sequence
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


def concentration(values: Sequence[float]) -> float | None:
    """Return the Herfindahl-Hirschman index Σ s_i², 1/n when all are equal, 1 when one has all."""
    total = fsum(values)
    return fsum((value / total) ** 2 for value in values) if total > 0 else None


def mix_shift(now: Sequence[float], before: Sequence[float]) -> float | None:
    """Return Σ |s_t - s_(t-1)| / 2, the share of the whole that has moved, 0 to 1; None without both.

    Both are values of the same members in the same order.
    """
    total, was = fsum(now), fsum(before)
    if total <= 0 or was <= 0:
        return None
    return fsum(abs(a / total - b / was) for a, b in zip(now, before, strict=True)) / 2


def growth(now: Decimal | None, before: Decimal | None, base: Decimal | None = None) -> float | None:
    """Return (now - before) / base, of `before` itself without a base; None unless that is above zero."""
    base = before if base is None else base
    if now is None or before is None or base is None or base <= 0:
        return None
    return float((now - before) / base)
