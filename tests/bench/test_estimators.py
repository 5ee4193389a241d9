"""The bench of the estimators measures what it says: purchases that are those histories, every step."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson

from bench.estimators.__main__ import BESIDE, base
from bench.estimators.steps import STEPS, Base
from services.scoring.estimators.summary import summarise


def test_the_purchases_have_exactly_the_histories(tmp_path: Path) -> None:
    made = Base(base(2_000, tmp_path / "base.npz"))
    _, seen = summarise(made.customer, made.day, made.amount, until=made.until)
    for name in ("x", "t_x", "age"):
        np.testing.assert_array_equal(getattr(seen, name), getattr(made.seen, name))
    np.testing.assert_allclose(seen.spend, made.seen.spend)
    for step, _ in STEPS.values():
        step(made)
    assert set(STEPS) > BESIDE


def test_a_step_tells_its_seconds_and_memory(tmp_path: Path) -> None:
    file = base(500, tmp_path / "base.npz")
    command = [sys.executable, "-m", "bench.estimators.steps", "summary", str(file)]
    told = orjson.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert set(told) == {"seconds", "cpu", "megabytes"}
    assert told["seconds"] > 0
    assert told["megabytes"] >= 0
