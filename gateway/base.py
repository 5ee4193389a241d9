"""The base of the gateway's tables."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from shared.database import NAMING


class Base(DeclarativeBase):
    """Tables of the schema `gateway`."""

    metadata = MetaData(schema="gateway", naming_convention=NAMING)
