"""Finding the customer that a caller names."""

from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, or_, select
from sqlalchemy.orm import aliased

from services.scoring.identities.models import ExternalName, Identity
from shared.errors import Invalid, NotFound
from shared.statements import Runner, Statement

_Current = aliased(Identity)
_current = (
    select(Identity.current_id)
    .join(_Current, _Current.original_id == Identity.current_id)
    .where(~_Current.deleted, ~_Current.provisional)
)
_BY_ID = Statement(_current.where(Identity.original_id == bindparam("id", type_=Uuid)))
_BY_NAME = Statement(
    _current.join(ExternalName, ExternalName.customer_id == Identity.original_id)
    .where(
        ExternalName.system == bindparam("system", type_=Text),
        ExternalName.external_id == bindparam("external_id", type_=Text),
    )
    .order_by(ExternalName.kind)
    .limit(1)
)


async def current_id(on: Runner, reference: str) -> UUID:
    """Return the current id of the customer named by an id, an old id, or `<system>:<external id>`.

    NotFound when customer's feed has told of nobody by this name, or of a deletion; Invalid for neither form.
    """
    system, colon, external_id = reference.partition(":")
    if colon:
        found = await _BY_NAME.value(on, system=system, external_id=external_id)
    else:
        found = await _BY_ID.value(on, id=_uuid(reference))
    if found is None:
        raise NotFound("No customer is known by this reference.")
    return UUID(int=found.int)


def _uuid(reference: str) -> UUID:
    try:
        return UUID(reference)
    except ValueError:
        detail = "A customer is named by its id or by <system>:<external id>."
        error = {"parameter": "ref", "code": "bad_reference", "detail": detail}
        raise Invalid(detail, errors=[error]) from None  # type: ignore[list-item]  # a FieldError
