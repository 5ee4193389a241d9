"""Owns fits of one estimator to each segment of the customers, and who borrows the base's fit."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from services.scoring.estimators.fitting import Fit, Status
from services.scoring.estimators.histogram import Ints
from services.scoring.estimators.summary import Summary
from services.scoring.estimators.timing import Timing

Model = TypeVar("Model", bound=Timing)


@dataclass(frozen=True, slots=True)
class Segment(Generic[Model]):
    """What foretells a segment: its own fit, or the base's, and then `borrowed` says why."""

    fit: Fit[Model]
    borrowed: str


def fit_segments(
    estimator: type[Model], customers: Summary, segment: Ints, base: Fit[Model]
) -> dict[int, Segment[Model]]:
    """Fit to each segment by itself; one whose data do not carry a fit borrows the base's.

    segment: a code per customer. Too few are 100 customers or 30 repeat buyers, as for every fit.
    """
    order = np.argsort(segment, kind="stable")
    codes, starts = np.unique(segment[order], return_index=True)
    found = {}
    for code, rows in zip(codes.tolist(), np.split(order, starts)[1:], strict=True):
        own = estimator.fit(customers[rows].histogram())
        sound = own.status is Status.OK
        found[code] = Segment(own, "") if sound else Segment(base, own.reason)
    return found
