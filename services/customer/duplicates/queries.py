"""Duplicates and settings as they are shown and kept."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from keeping.keeper import Keeper
from services.customer.base import FEED
from services.customer.customers.models import Customer
from services.customer.customers.queries import current
from services.customer.duplicates.models import Duplicate, DuplicateSettings, DuplicateWeights
from services.customer.duplicates.schemas import DuplicateStatus
from shared.errors import Invalid
from shared.statements import Statement, json_object, visible

SETTINGS_ID = UUID("0192f0c1-7a5e-7000-8000-6475706c6963")  # of no other record: histories share their key
_ONE: ColumnElement[float] = literal_column("1.0", Float)
_TWO: ColumnElement[float] = literal_column("2.0", Float)


def is_(status: DuplicateStatus) -> ColumnElement[str]:
    """Return a status as SQL."""
    return literal_column(f"'{status}'", Text)


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render a pair."""
    one, other = current(t.one), current(t.other)
    # Beyond 60 bits a probability is 1 in any notation.
    odds = func.power(_TWO, func.greatest(func.least(t.score, literal_column("60")), literal_column("-60")))
    probability = odds / (odds + _ONE)
    certain = select(DuplicateSettings.certain).scalar_subquery()
    return json_object(
        id=t.id,
        version=t.version,
        status=case((one == other, is_(DuplicateStatus.MERGED)), else_=t.status),
        customers=func.json_build_array(one, other),
        records=func.json_build_array(t.one, t.other),
        score=t.score,
        probability=probability,
        certain=probability >= certain,
        reasons=t.reasons,
        cluster_id=t.cluster_id,
        found_by=t.found_by,
        created_at=t.created_at,
        updated_at=t.updated_at,
    )


def _there(column: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column of customers' ids
    who = aliased(Customer)
    return select(who.id).where(who.id == current(column), who.deleted_at.is_(None)).exists()


DUPLICATES = Keeper(
    FEED, "duplicate", Duplicate, rendering, live=and_(_there(Duplicate.one), _there(Duplicate.other))
)
_apart = current(Duplicate.one) != current(Duplicate.other)
_status = bindparam("status", type_=Text)
_customer = any_(bindparam("customer", type_=ARRAY(Uuid)))
_last = tuple_(bindparam("last_score", type_=Float), bindparam("last_id", type_=Uuid))
PAGE = visible(
    DUPLICATES.shown.add_columns(Duplicate.score)
    .order_by(Duplicate.score.desc(), Duplicate.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    Duplicate,
    {
        "last_id": tuple_(Duplicate.score, Duplicate.id) < _last,
        "status": case((_apart, Duplicate.status), else_=is_(DuplicateStatus.MERGED)) == _status,
        "cluster": Duplicate.cluster_id == bindparam("cluster", type_=Uuid),
        "customer": or_(Duplicate.one == _customer, Duplicate.other == _customer),
        "min_score": Duplicate.score >= bindparam("min_score", type_=Float),
    },
)


def settings(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - as above
    """Render the settings."""
    names = ("id", "version", "on_write", "review", "certain", "weights_from", "updated_at")
    return json_object(**{name: getattr(t, name) for name in names})


def check_settings(row: Any) -> None:  # noqa: ANN401 - columns
    """Raise Invalid where what is certain would not even be shown."""
    if row["certain"] < row["review"]:
        detail = "What is certain is shown: it cannot be below review."
        raise Invalid(detail, errors=[{"pointer": "/certain", "code": "below_review", "detail": detail}])


SETTINGS = Keeper(FEED, "duplicate_settings", DuplicateSettings, settings, check=check_settings)
_weights = DuplicateWeights.job_id == DuplicateSettings.weights_from
CURRENT = Statement(
    select(
        DuplicateSettings.on_write,
        DuplicateSettings.review,
        DuplicateSettings.weights_from,
        DuplicateSettings.version,
        DuplicateWeights.weights,
        DuplicateWeights.frequencies,
    ).outerjoin(DuplicateWeights, _weights)
)
MODE = Statement(select(DuplicateSettings.on_write, DuplicateSettings.version))
LEARNT = Statement(
    select(DuplicateWeights.job_id).where(DuplicateWeights.job_id == bindparam("id", type_=Uuid))
)
_me = any_(bindparam("mine", type_=ARRAY(Uuid)))
_like = case((Duplicate.one == _me, current(Duplicate.other)), else_=current(Duplicate.one))
_mine = or_(Duplicate.one == _me, Duplicate.other == _me)
# The pairs of a customer with some others, whatever their records are called now.
KEPT = Statement(
    select(Duplicate.id, Duplicate.status, _like.label("like")).where(
        Duplicate.deleted_at.is_(None), _mine, _like == any_(bindparam("ids", type_=ARRAY(Uuid)))
    ),
    unguarded="tells only which pairs are kept; those who are not seen are left out by who asks",
)
TOLD = {"duplicate": DUPLICATES.told, "duplicate_settings": SETTINGS.told}
