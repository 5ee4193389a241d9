"""Owns BG/NBD, the reference: a customer can stop only after a repeat purchase."""

from dataclasses import dataclass
from typing import ClassVar

from services.scoring.estimators.betageometric import BetaGeometric


@dataclass(frozen=True, slots=True)
class BgNbd(BetaGeometric):
    """Beta-geometric/NBD of Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way.

    L(x, t_x, T) = B(a, b+x)/B(a, b) · Γ(r+x) α^r / (Γ(r) (α+T)^(r+x))
                 + [x > 0] · B(a+1, b+x−1)/B(a, b) · Γ(r+x) α^r / (Γ(r) (α+t_x)^(r+x)).
    Everyone without a repeat purchase counts as alive: do not rank churn by it.
    """

    code: ClassVar[str] = "bg_nbd"
    at_first: ClassVar[int] = 0
