"""Owns MBG/NBD, the default: a customer can stop after any purchase, the first one included."""

from dataclasses import dataclass
from typing import ClassVar

from services.scoring.estimators.betageometric import BetaGeometric


@dataclass(frozen=True, slots=True)
class MbgNbd(BetaGeometric):
    """Modified BG/NBD of Batislam, Denizel, Filiztekin (2007), Empirical validation and comparison of models.

    L(x, t_x, T) = B(a, b+x+1)/B(a, b) · Γ(r+x) α^r / (Γ(r) (α+T)^(r+x))
                 + B(a+1, b+x)/B(a, b) · Γ(r+x) α^r / (Γ(r) (α+t_x)^(r+x)),
    so one purchase followed by a long silence lowers P(alive) too.
    """

    code: ClassVar[str] = "mbg_nbd"
    at_first: ClassVar[int] = 1
