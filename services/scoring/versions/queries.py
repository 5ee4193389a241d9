"""Fitted estimators as they are shown and kept, and what scores can be computed with."""

from typing import Any

from sqlalchemy import ColumnElement, Text, Uuid, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import aliased

from keeping.keeper import Keeper
from services.scoring.base import FEED
from services.scoring.versions.models import EstimatorVersion
from services.scoring.versions.schemas import EstimatorLife, EstimatorVersionRead, FitStatus
from shared.statements import Statement, json_object

SPEND = "gamma_gamma"


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Return EstimatorVersionRead as JSON."""
    return json_object(**{name: getattr(t, name) for name in EstimatorVersionRead.model_fields})


def rendered() -> ColumnElement[object]:
    """Return EstimatorVersionRead as JSON, of the model."""
    return rendering(EstimatorVersion)


VERSIONS = Keeper(FEED, "estimator", EstimatorVersion, rendering)
# A pair: a sound fit of purchases, and that of spend from the same run.
_spend = aliased(EstimatorVersion, name="spend")
_ok, _of_spend = (literal_column(f"'{word}'", Text) for word in (FitStatus.OK, SPEND))
_pair = (
    select(
        EstimatorVersion,
        _spend.id.label("spend_id"),
        _spend.version.label("spend_version"),
        _spend.parameters.label("spend_parameters"),
    )
    .join(_spend, _spend.run_id == EstimatorVersion.run_id)
    .where(
        EstimatorVersion.status == _ok,
        EstimatorVersion.kind != _of_spend,
        _spend.status == _ok,
        _spend.kind == _of_spend,
    )
)
PAIR = Statement(_pair.where(EstimatorVersion.id == bindparam("id", type_=Uuid)))
CHAMPION = Statement(
    _pair.where(EstimatorVersion.life == literal_column(f"'{EstimatorLife.CHAMPION}'", Text))
)
NEWEST = Statement(
    _pair.where(
        EstimatorVersion.kind == bindparam("kind", type_=Text),
        EstimatorVersion.currency == bindparam("currency", type_=Text),
        EstimatorVersion.identity_system.is_not_distinct_from(bindparam("identity_system", type_=Text)),
        EstimatorVersion.parameters_by.is_not_distinct_from(bindparam("parameters_by", type_=JSONB)),
    )
    .order_by(EstimatorVersion.cut_off.desc(), EstimatorVersion.id.desc())
    .limit(literal_column("1"))
)
CHAMPIONS = Statement(
    select(EstimatorVersion.id, EstimatorVersion.version).where(
        EstimatorVersion.life == literal_column(f"'{EstimatorLife.CHAMPION}'", Text)
    )
)
