"""Every table of the schema, for migrations and for tests."""

from services.customer.attributes import models as attributes
from services.customer.base import FEED, Base
from services.customer.customers import models as customers
from services.customer.dates import models as dates
from services.customer.duplicates import models as duplicates
from services.customer.group_events import models as group_events
from services.customer.groups import models as groups
from services.customer.memberships import models as memberships
from services.customer.merges import models as merges
from services.customer.relations import models as relations
from web.idempotency import idempotency_table

metadata = Base.metadata
idempotency = idempotency_table(metadata)
__all__ = [
    "FEED",
    "attributes",
    "customers",
    "dates",
    "duplicates",
    "group_events",
    "groups",
    "idempotency",
    "memberships",
    "merges",
    "metadata",
    "relations",
]
