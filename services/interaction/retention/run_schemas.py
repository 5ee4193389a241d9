"""What callers send and get about runs, and what these count."""

from uuid import UUID

from jobs.schemas import JobRead
from services.interaction.retention.reach import RetentionAction, RetentionKind
from shared.schemas import Body, Flag, Instant, Read, example


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
