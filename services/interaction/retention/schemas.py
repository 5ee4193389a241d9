"""What callers send and get about rules and runs."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from jobs.schemas import JobRead
from services.interaction.interactions.catalogue import ChannelGroup
from services.interaction.retention.reach import RetentionAction, RetentionKind
from shared.schemas import Body, Code, Flag, Instant, Read, Whole, example

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


class RetentionRunCreate(Body):
    """Whether to do what the rules say, or only to count what they would do."""

    model_config = example(dry_run=True)

    dry_run: Flag = False


class RetentionRunParameters(Read):
    """What a run was asked for."""

    dry_run: bool


class RetentionRuleCounts(Read):
    """What was `due` by a rule, what is `gone`, and the `oldest` of it.

    `held` is what stayed because its customer is on hold, `waiting` what stayed because something that
    belongs to it is too young or held, `parts` what went along with what it belongs to. A dry run counts as
    gone what would go.
    """

    rule: UUID
    kind: RetentionKind
    action: RetentionAction
    before: Instant
    due: int
    gone: int
    parts: int
    held: int
    waiting: int
    oldest: Instant | None


class RetentionCounts(Read):
    """What a run has done so far for each rule that there was when it began."""

    rules: list[RetentionRuleCounts]


class RetentionRunRead(JobRead[RetentionRunParameters, RetentionCounts]):
    """A run."""


class RetentionRunPage(Read):
    """Runs, newest first."""

    items: list[RetentionRunRead]
    next: str | None
