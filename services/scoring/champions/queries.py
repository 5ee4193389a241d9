"""The settings about champions, as they are shown and kept."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from keeping.keeper import Keeper
from services.scoring.base import FEED
from services.scoring.champions.models import ScoringSettings
from services.scoring.champions.schemas import ScoringSettingsRead
from shared.statements import Statement, json_object

SETTINGS_ID = UUID("0192f0c1-7a5e-7000-8000-73636f72696e")  # of no other record: histories share their key


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Return ScoringSettingsRead as JSON."""
    return json_object(**{name: getattr(t, name) for name in ScoringSettingsRead.model_fields})


SETTINGS = Keeper(FEED, "scoring_settings", ScoringSettings, rendering)
CURRENT = Statement(select(ScoringSettings.__table__))
ALONE = Statement(select(ScoringSettings.id).with_for_update())
