"""By what customers are parted into tiers: one versioned record, applied by the run that it begins."""

import asyncio
from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
from asyncpg import Record
from sqlalchemy import ColumnElement, select

from keeping.keeper import Keeper
from services.scoring.base import FEED
from services.scoring.scores.rows import Rows
from services.scoring.tiers.cutting import Cut, CutBy
from services.scoring.tiers.models import TierSettings
from shared.errors import Invalid
from shared.statements import Runner, Statement, json_object

SETTINGS_ID = UUID("0192f0c1-7a5e-7000-8000-746965727300")  # of no other record: histories share their key


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render the settings."""
    return json_object(**{name: getattr(t, name) for name in ("id", "version", "by", "limits", "updated_at")})


def check(row: Any) -> None:  # noqa: ANN401 - columns
    """Raise Invalid for limits that leave no room for a tier between them, or that are no shares."""
    limits, amounts = row["limits"], row["by"] == CutBy.AMOUNT
    falling = all(before > after for before, after in pairwise(limits))
    rising = all(before < after for before, after in pairwise(limits))
    if amounts and not falling:
        _refuse("Amounts fall from tier to tier.")
    if not amounts and not (rising and limits[0] > 0 and limits[-1] <= 100):
        _refuse("Shares are per cent that rise from tier to tier, from above 0 up to 100.")


def _refuse(detail: str) -> None:
    raise Invalid(detail, errors=[{"pointer": "/limits", "code": "bad_limits", "detail": detail}])


SETTINGS = Keeper(FEED, "tier_settings", TierSettings, rendering, check=check)
_DELIVERED: dict[str, Any] = {"by": Cut().by, "limits": list(Cut().limits)}
_CURRENT = Statement(select(TierSettings.by, TierSettings.limits))


async def asked(on: Runner) -> dict[str, Any]:
    """Return the cut that the settings ask for: `by` and `limits`."""
    held = await _CURRENT.one(on)
    return _DELIVERED if held is None else {"by": held["by"], "limits": list(held["limits"])}


def applied(run: Mapping[str, Any] | Record | None) -> dict[str, Any]:
    """Return the cut by which a run has parted everybody; before there is one, the delivered."""
    found: dict[str, Any] | None = (run["cuts"] or {}).get("cut") if run else None
    return found or _DELIVERED


async def part(on: Runner, rows: Rows, cuts: dict[str, Any]) -> None:
    """Give ranked rows of a whole base the tiers that the settings ask for, and `cuts` their limits."""
    held = await asked(on)
    cut = Cut(held["by"], tuple(held["limits"]))
    await asyncio.to_thread(_part, rows, cuts, cut)


def _part(rows: Rows, cuts: dict[str, Any], cut: Cut) -> None:
    order = np.argsort(rows["rank"])
    descending = rows["value"][order].astype(np.float64)
    ends = cut.ends(descending)
    rows["tier"] = np.searchsorted(ends, rows["rank"], side="left") + 1
    keys = [rows["customer_id"][order[end - 1]].tobytes().hex() if end else "" for end in ends]
    cuts["tiers"] = [list(last) for last in cut.lasts(descending, keys)] if len(rows) else []
    cuts["cut"] = {"by": cut.by, "limits": list(cut.limits)}
