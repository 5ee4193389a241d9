"""The one rendering of a run, and the run whose figures are the current ones."""

from sqlalchemy import ColumnElement, Date, Text, Uuid, any_, bindparam, case, func, literal_column, select

from services.scoring.runs.models import ScoringRun
from services.scoring.runs.schemas import RunStatus, ScoringRunRead
from services.scoring.versions.models import EstimatorVersion
from services.scoring.versions.queries import rendered as rendered_version
from shared.statements import Statement, json_object

DONE = literal_column(f"'{RunStatus.DONE}'", Text)


def rendered() -> ColumnElement[object]:
    """Return ScoringRunRead as JSON."""
    versions = (
        select(func.coalesce(func.json_agg(rendered_version()), literal_column("'[]'::json")))
        .where(EstimatorVersion.id == any_(ScoringRun.version_ids))
        .scalar_subquery()
    )
    on = json_object(identity_system=ScoringRun.identity_system)
    special = {
        "estimator_version": ScoringRun.estimator_version_id,
        "fitted_on": case((ScoringRun.identity_system.is_not(None), on)),
        "estimator_versions": versions,
    }
    return json_object(
        **{name: special.get(name, getattr(ScoringRun, name, None)) for name in ScoringRunRead.model_fields}  # type: ignore[arg-type]  # every other name is a column
    )


ONE = Statement(
    select(rendered().label("data"), ScoringRun.version, ScoringRun.status).where(
        ScoringRun.id == bindparam("id", type_=Uuid)
    )
)
NEWEST = Statement(
    select(ScoringRun)
    .where(ScoringRun.status == DONE)
    .order_by(ScoringRun.finished_at.desc(), ScoringRun.id.desc())
    .limit(literal_column("1"))
)
BY_ID = Statement(select(ScoringRun).where(ScoringRun.id == bindparam("id", type_=Uuid)))
STANDING = Statement(
    select(ScoringRun)
    .where(ScoringRun.status == DONE, ScoringRun.as_of <= bindparam("day", type_=Date))
    .order_by(ScoringRun.as_of.desc(), ScoringRun.finished_at.desc(), ScoringRun.id.desc())
    .limit(literal_column("1"))
)
VERSIONS = Statement(
    select(EstimatorVersion).where(
        EstimatorVersion.id == any_(bindparam("ids", type_=ScoringRun.version_ids.type))
    )
)
