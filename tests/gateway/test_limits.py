"""The token bucket."""

import pytest

from gateway.limits import WINDOW_S, Bucket


def test_holds_a_windows_worth_and_refills() -> None:
    bucket = Bucket(2)
    now = bucket.filled_at
    assert [bucket.take(now) for _ in range(2 * WINDOW_S)] == [0.0] * 20
    assert bucket.take(now) == pytest.approx(0.5)
    assert bucket.take(now + 0.4) == pytest.approx(0.1)
    assert bucket.take(now + 0.5) == 0.0
    assert bucket.take(now + 1000) == 0.0
    assert dict(bucket.headers()) == {
        b"ratelimit-policy": b'"client";q=20;w=10',
        b"ratelimit": b'"client";r=19;t=1',
    }


def test_a_moment_before_it_was_made_takes_nothing_away() -> None:
    bucket = Bucket(1000)
    assert bucket.take(bucket.filled_at - 5) == 0.0
    assert bucket.held == 9999
