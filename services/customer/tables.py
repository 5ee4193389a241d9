"""Every table of the schema, for migrations and for tests."""

from services.customer.attributes import models as attributes
from services.customer.base import FEED, Base
from services.customer.customers import models as customers
from services.customer.dates import models as dates
from services.customer.duplicates import models as duplicates
from services.customer.merges import models as merges
from web.idempotency import idempotency_table

metadata = Base.metadata
idempotency = idempotency_table(metadata)
__all__ = ["FEED", "attributes", "customers", "dates", "duplicates", "idempotency", "merges", "metadata"]
