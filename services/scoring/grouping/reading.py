"""Which group's parameters each customer has, and the levels that such are fitted by."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.scoring.estimators.bygroup import ByGroup, Names
from services.scoring.estimators.groupfits import MOST_SEGMENTS
from services.scoring.estimators.histogram import Ints
from services.scoring.identities.levels import codes, names
from services.scoring.states.history import History
from shared.statements import Runner


async def groups_of(on: Runner, ids: NDArray[np.void], groups: ByGroup) -> Ints:
    """Return the group of each customer (current ids, ascending), by what is known of them now."""
    columns = groups.columns
    return groups.numbers(await codes(on, ids, columns), columns, len(ids))


async def names_of(on: Runner, ways: Sequence[Mapping[str, Any]]) -> Names | None:
    """Return the levels of all dimensions that parameters are to differ by; None where there are no such."""
    dimensions = sorted({name for way in ways for name in way["dimensions"]})
    return await names(on, dimensions, MOST_SEGMENTS) if dimensions else None


async def levels_of(on: Runner, levels: Names | None, *bases: History) -> tuple[Ints, ...]:
    """Return the codes of the customers of each base, a column per dimension; nothing without levels."""
    if levels is None:
        return ()
    told = [await codes(on, base["customer_id"], levels) for base in bases]
    return tuple(np.stack([each[name] for name in levels], axis=1) for each in told)
