"""Every table of the gateway, for its migrations."""

from gateway.access import models
from gateway.base import Base
from gateway.rates import models as rates
from web.idempotency import idempotency_table

metadata = Base.metadata
idempotency = idempotency_table(metadata)
__all__ = ["idempotency", "metadata", "models", "rates"]
