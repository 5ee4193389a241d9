"""The tables of campaigns and of their audiences."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.interaction.records.models import Fact, Record, on_timeline

Exact = Text(collation="C")
_newest, _guarded = on_timeline("campaign_members")


class Campaign(Record):
    """A campaign or an event; contacts, members and costs name it by its `code`, which is its source key too.

    `filter` is the condition that its audience was chosen by, as it was then, for people to read.
    """

    __tablename__ = "campaigns"

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-1)
    code: Mapped[str] = mapped_column(Exact, unique=True)
    name: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text)
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    filter: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    note: Mapped[str | None] = mapped_column(Text)


class CampaignMember(Fact):
    """A customer in the audience of a campaign; `occurred_at` is when its status came about."""

    __tablename__ = "campaign_members"
    __table_args__ = (_newest, Index("ix_campaign_members_campaign", "campaign"), _guarded)

    campaign: Mapped[str] = mapped_column(Exact)
    status: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
