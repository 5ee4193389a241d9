"""The one rendering of a fitted estimator."""

from sqlalchemy import ColumnElement

from services.scoring.versions.models import EstimatorVersion
from services.scoring.versions.schemas import EstimatorVersionRead
from shared.statements import json_object


def rendered() -> ColumnElement[object]:
    """Return EstimatorVersionRead as JSON."""
    return json_object(
        **{name: getattr(EstimatorVersion, name) for name in EstimatorVersionRead.model_fields}
    )
