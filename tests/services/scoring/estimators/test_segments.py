"""Fits of each segment: their own where data suffice, the base's where not."""

import numpy as np

from services.scoring.estimators.fitting import Status
from services.scoring.estimators.mbgnbd import MbgNbd
from services.scoring.estimators.segments import fit_segments
from tests.services.scoring.estimators.conftest import Cdnow


def test_large_segments_have_fits_of_their_own_and_small_ones_borrow(cdnow: Cdnow) -> None:
    whole = MbgNbd.fit(cdnow.summary.histogram())
    segment = np.where(np.arange(2357) % 30 == 0, 8, np.arange(2357) % 2)
    found = fit_segments(MbgNbd, cdnow.summary, segment, whole)
    assert sorted(found) == [0, 1, 8]
    for code in (0, 1):
        alone = MbgNbd.fit(cdnow.summary[np.flatnonzero(segment == code)].histogram())
        assert found[code].borrowed == ""
        assert found[code].fit.parameters == alone.parameters
        assert found[code].fit.parameters != whole.parameters
        assert found[code].fit.status is Status.OK
    assert found[8].fit is whole
    assert "79 customers" in found[8].borrowed


def test_nobody_has_no_segments(cdnow: Cdnow) -> None:
    whole = MbgNbd.fit(cdnow.summary.histogram())
    assert fit_segments(MbgNbd, cdnow.summary[:0], np.zeros(0, np.int64), whole) == {}
