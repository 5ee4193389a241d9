"""What callers send and get about rules."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.interaction.interactions.catalogue import ChannelGroup
from services.interaction.retention.reach import RetentionAction, RetentionKind
from shared.schemas import Body, Code, Instant, Read, Whole, example

_DAYS = "Counted from when it happened; a day to a century."
Days = Annotated[Whole, Field(ge=1, le=36_500, description=_DAYS)]


class RetentionRuleCreate(Body):
    """How long records of a kind are kept; of interactions, those of a channel or of a group may differ."""

    model_config = example(kind="interaction", channel_group="electronic", keep_days=3650, action="strip")

    kind: RetentionKind
    channel: Code | None = None
    channel_group: ChannelGroup | None = None
    keep_days: Days
    action: RetentionAction


class RetentionRuleUpdate(Body):
    """A merge patch: what a rule is for does not change."""

    model_config = example(keep_days=7300)

    keep_days: Days = 36_500


class RetentionRuleRead(Read):
    """A rule; the most particular one of its action holds: of a channel, of a group, of the whole kind."""

    id: UUID
    version: int
    kind: RetentionKind
    channel: str | None
    channel_group: ChannelGroup | None
    keep_days: int
    action: RetentionAction
    created_at: Instant
    updated_at: Instant


class RetentionRulePage(Read):
    """Rules, the oldest first."""

    items: list[RetentionRuleRead]
    next: str | None
