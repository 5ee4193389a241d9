"""The declarative base, the feed and the jobs of the scoring schema."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from feed.tables import Feed
from jobs.life import Jobs
from shared.database import NAMING


class Base(DeclarativeBase):
    """Every table of this service."""

    metadata = MetaData(schema="scoring", naming_convention=NAMING)


FEED = Feed(Base.metadata, source="/scoring")
JOBS = Jobs(Base.metadata)
