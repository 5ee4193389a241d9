"""The declarative base of customer's tables, all in one schema, and the feed that tells their changes."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from feed.tables import Feed
from shared.database import NAMING


class Base(DeclarativeBase):
    """What customer's models inherit."""

    metadata = MetaData(schema="customer", naming_convention=NAMING)


FEED = Feed(Base.metadata, source="/customer")
