"""The short form of `make torture`: one seed, a few kills of each kind, all ten invariants."""

import pytest

from tests.chaos.storm import Plan, torture


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_whatever_dies() -> None:
    report = torture(Plan(seed=7, events=1_500, kills=8, pause=1.0))
    assert not report.violations, str(report)
    assert report.expired, f"no cursor expired on the way: this run showed nothing\n{report}"
    killed = {kind for kind in report.did if kind.startswith("kill")}
    assert len(killed) == 8, f"not everything was killed\n{report}"
