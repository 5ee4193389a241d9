"""The question which customers some names lead to."""

from sqlalchemy import select

from services.customer.customers.models import Customer, Identity
from services.customer.customers.queries import asked, leads_to
from shared.statements import visible

_ASKED = asked()
HOLDERS = visible(
    select(Identity.system, Identity.kind, Identity.external_id, Identity.customer_id)
    .join(_ASKED, leads_to(_ASKED))
    .join(Customer, Customer.id == Identity.customer_id),
    of=Customer,
)
