"""The limits of a firm's lifecycles: one versioned record."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from keeping.keeper import Keeper
from services.scoring.base import FEED
from services.scoring.lifecycle.models import LifecycleSettings
from services.scoring.lifecycle.thresholds import Thresholds
from shared.errors import Invalid
from shared.statements import Runner, Statement, json_object

SETTINGS_ID = UUID("0192f0c1-7a5e-7000-8000-6c6966656379")  # of no other record: histories share their key
NAMES = tuple(field.name for field in fields(Thresholds))


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render the settings."""
    return json_object(**{name: getattr(t, name) for name in ("id", "version", *NAMES, "updated_at")})


def check(row: Any) -> None:  # noqa: ANN401 - columns
    """Raise Invalid where somebody could be lost who is not even declining."""
    for lost, declining in (("lost_p_alive", "decline_p_alive"), ("silence_level", "lost_silence_level")):
        if row[lost] > row[declining]:
            detail = f"{lost} cannot be above {declining}: who is lost is past declining."
            raise Invalid(detail, errors=[{"pointer": f"/{lost}", "code": "out_of_order", "detail": detail}])


SETTINGS = Keeper(FEED, "lifecycle_settings", LifecycleSettings, rendering, check=check)
_CURRENT = Statement(select(LifecycleSettings))


async def limits(on: Runner) -> tuple[Thresholds, int]:
    """Return the limits in force, and their version."""
    row = await _CURRENT.one(on)
    if row is None:
        raise LookupError("the migration that makes the settings has not run")
    return Thresholds(**{name: row[name] for name in NAMES}), row["version"]
