"""The process that computes: the same as computing here; failing, being killed, being given up."""

import asyncio
from dataclasses import replace

import numpy as np
import orjson
import psutil
import pytest

from services.scoring.states.history import DTYPE, History
from services.scoring.valuing.child import ComputingError, KilledError, compute_apart
from services.scoring.valuing.computing import Order, compute

ORDER = Order("mbg_nbd", 700, 730)


@pytest.fixture(scope="module", autouse=True)
def here() -> None:
    """Compute apart, which is what is tested here."""


def base(customers: int) -> History:
    """Return customers who bought once or twice, seeded."""
    chance = np.random.default_rng(1)
    found = np.zeros(customers, DTYPE)
    found["customer_id"] = [number.to_bytes(16, "big") for number in range(customers)]
    found["first_day"] = chance.integers(0, 300, customers)
    again = chance.integers(0, 2, customers)
    found["last_day"] = found["first_day"] + again * chance.integers(1, 300, customers)
    found["days"] = found["orders"] = found["priced_orders"] = again + 1
    found["repeat_days"] = again
    found["money"], found["repeat_money"] = 10.0 + again * 7, again * 7.0
    return found


def children() -> list[psutil.Process]:
    return [
        one
        for one in psutil.Process().children(recursive=True)
        if "services.scoring.valuing.child" in " ".join(one.cmdline())
    ]


async def started() -> psutil.Process:
    while not (found := children()):  # noqa: ASYNC110 - a process tells no event
        await asyncio.sleep(0.01)
    return found[0]


async def test_what_it_finds_is_what_computing_here_finds() -> None:
    here, apart = compute(ORDER, base(300), base(300)), await compute_apart(ORDER, base(300), base(300))
    for name in ("versions", "predicts", "population", "cuts"):
        assert orjson.loads(orjson.dumps(getattr(here, name))) == getattr(apart, name)
    for name in here.rows.dtype.names or ():
        assert str(here.rows[name].tolist()) == str(apart.rows[name].tolist())


async def test_levels_go_along_and_groups_come_back() -> None:
    by = {"method": "segments", "dimensions": ["region"]}
    order = replace(ORDER, by=by, ways=(by,), levels={"region": ["north", "south"]})
    codes = np.arange(400)[:, None] % 3
    here = compute(order, base(400), base(400), codes, codes)
    apart = await compute_apart(order, base(400), base(400), codes, codes)
    assert orjson.loads(orjson.dumps(here.versions)) == apart.versions
    assert [one["parameters_by"] for one in apart.versions if one["parameters_by"]] == [by] * 3
    groups = apart.rows["parameter_group"].tolist()
    assert (groups, apart.predicts) == (here.rows["parameter_group"].tolist(), here.predicts)


async def test_what_cannot_be_computed_is_said() -> None:
    wrong = base(200)
    wrong["last_day"] = wrong["first_day"] - 1
    with pytest.raises(ComputingError, match="ValueError"):
        await compute_apart(ORDER, wrong, wrong)


async def test_being_killed_is_another_thing() -> None:
    task = asyncio.create_task(compute_apart(ORDER, base(200_000), base(200_000)))
    (await started()).kill()
    with pytest.raises(KilledError):
        await task


async def test_it_ends_with_whoever_wanted_it() -> None:
    task = asyncio.create_task(compute_apart(ORDER, base(200_000), base(200_000)))
    child = await started()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not child.is_running()
