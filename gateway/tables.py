"""Every table of the gateway, for its migrations."""

from gateway.access import models
from gateway.base import Base

metadata = Base.metadata
__all__ = ["metadata", "models"]
