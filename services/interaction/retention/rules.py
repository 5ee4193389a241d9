"""Rules as they are shown and kept, and what a rule cannot say."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy import ColumnElement, Integer, bindparam

from keeping.keeper import Keeper
from services.interaction.base import FEED
from services.interaction.retention.models import RetentionRule
from services.interaction.retention.reach import actions, has_channels
from services.interaction.retention.schemas import RetentionRuleRead
from shared.auth import Principal, Visibility
from shared.database import Transaction
from shared.errors import Conflict, Forbidden, Invalid
from shared.statements import json_object, visible
from web.etag import Condition
from web.once import Answer

PATH = "/v1/retention-rules"


class RetentionRuleExists(Conflict):
    """There is a rule for the same records and action: change that one."""

    code, title = "retention_rule_exists", "There is a rule for the same records"


class NotARetentionRule(Invalid):
    """A kind that cannot be deleted by itself or has nothing to strip, or channels of what has none."""

    code, title = "not_a_retention_rule", "No rule of retention can say this"


def rendering(t: Any) -> ColumnElement[Any]:  # noqa: ANN401 - the model, or the columns of a CTE
    """Render a rule."""
    return json_object(**{name: getattr(t, name) for name in RetentionRuleRead.model_fields})


RULES = Keeper(FEED, "retention_rule", RetentionRule, rendering)
LISTED = visible(
    RULES.shown.order_by(RetentionRule.id).limit(bindparam("limit", type_=Integer)),
    RetentionRule,
    {"last_id": RetentionRule.id > bindparam("last_id", type_=RetentionRule.id.type)},
)


def judge(principal: Principal) -> None:
    """Let only those who see all customers decide what goes of all of them."""
    if principal.visibility is not Visibility.ALL:
        raise Forbidden("Only who sees all customers may say how long records are kept.")


async def create(tx: Transaction, given: Mapping[str, Any]) -> Answer:
    """Make a rule."""
    judge(tx.principal)
    _check(given)
    try:
        return await RULES.create(tx, given, PATH)
    except UniqueViolationError as taken:
        raise RetentionRuleExists from taken


async def change(tx: Transaction, id_: UUID, patch: Mapping[str, Any], seen: Condition) -> Answer:
    """Apply a merge patch."""
    judge(tx.principal)
    return await RULES.change(tx, id_, patch, seen)


async def remove(tx: Transaction, id_: UUID, seen: Condition) -> Answer:
    """Delete a rule."""
    judge(tx.principal)
    return await RULES.remove(tx, id_, seen)


def _check(given: Mapping[str, Any]) -> None:
    kind, group, channel = given["kind"], given["channel_group"], given["channel"]
    if given["action"] not in actions(kind):
        raise _refused("action", f"Of this kind a rule can: {', '.join(sorted(actions(kind))) or 'nothing'}.")
    if (group or channel) and not has_channels(kind):
        raise _refused("channel_group" if group else "channel", "Only interactions have channels.")
    if group and channel:
        raise _refused("channel", "A rule is for one channel or for a group of them.")


def _refused(field: str, detail: str) -> NotARetentionRule:
    return NotARetentionRule(
        detail, errors=[{"pointer": f"/{field}", "code": NotARetentionRule.code, "detail": detail}]
    )
