"""What every table of the interaction schema is declared on, and the feed that tells of their changes."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from feed.tables import Feed
from jobs.life import Jobs
from shared.database import NAMING
from web.idempotency import idempotency_table


class Base(DeclarativeBase):
    """Tables of the schema `interaction`."""

    metadata = MetaData(schema="interaction", naming_convention=NAMING)


FEED = Feed(Base.metadata, "/interaction")
JOBS = Jobs(Base.metadata)
IDEMPOTENCY = idempotency_table(Base.metadata)
