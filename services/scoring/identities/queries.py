"""Finding the customer that a caller names."""

from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, select
from sqlalchemy.orm import aliased

from services.scoring.identities.models import ExternalName, Identity
from shared.auth import Principal
from shared.errors import FieldError, Invalid, NotFound
from shared.statements import Runner, Statement, visible

_UNKNOWN = "No customer is known by this reference."
_SEEN = visible(
    select(Identity.original_id).where(Identity.original_id == bindparam("id", type_=Uuid)), of=Identity
)
_Current = aliased(Identity)
_current = (
    select(Identity.current_id)
    .join(_Current, _Current.original_id == Identity.current_id)
    .where(~Identity.deleted, ~_Current.deleted, ~_Current.provisional)
)
_WHY = "finds an id by its name; what is kept under it is read as Visible"
_BY_ID = Statement(_current.where(Identity.original_id == bindparam("id", type_=Uuid)), unguarded=_WHY)
_BY_NAME = Statement(
    _current.join(ExternalName, ExternalName.customer_id == Identity.original_id)
    .where(
        ExternalName.system == bindparam("system", type_=Text),
        ExternalName.external_id == bindparam("external_id", type_=Text),
    )
    .order_by(ExternalName.kind)
    .limit(1),
    unguarded=_WHY,
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
        raise NotFound(_UNKNOWN)
    return UUID(int=found.int)


async def seen(on: Runner, principal: Principal, customer: UUID) -> None:
    """Raise NotFound for a customer that the principal may not see, as for one that there is not."""
    if await _SEEN.value(on, principal, id=customer) is None:
        raise NotFound(_UNKNOWN)


async def meant(on: Runner, principal: Principal, reference: str) -> UUID:
    """Return the current id of a customer that a principal names and sees; problems as above."""
    found = await current_id(on, reference)
    await seen(on, principal, found)
    return UUID(int=found.int)


def _uuid(reference: str) -> UUID:
    try:
        return UUID(reference)
    except ValueError:
        detail = "A customer is named by its id or by <system>:<external id>."
        error = FieldError(parameter="customer", code="bad_reference", detail=detail)
        raise Invalid(detail, errors=[error]) from None
