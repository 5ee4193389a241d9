"""What a run does for each rule: which records, by channel, and up to when. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """One rule in one run: `only` these channels (None: all), `but` not those; `before` as in RFC 3339."""

    rule: str
    kind: str
    action: str
    before: str
    only: list[str] | None
    but: list[str]

    def as_json(self) -> dict[str, Any]:
        """Return the task as it is kept while the run is on its way."""
        return asdict(self)


def tasks(rules: Sequence[Mapping[str, Any]], groups: Mapping[str, str], now: datetime) -> list[Task]:
    """Return what rules lead to now; `groups` has the group of each channel.

    Of rules of one kind and action the most particular one holds for a contact: that of its channel, then
    that of its channel's group, then the one for all. Deleting comes before stripping.
    """
    return [_task(rule, _rivals(rule, rules), groups, now) for rule in sorted(rules, key=_turn)]


def _turn(rule: Mapping[str, Any]) -> tuple[bool, str]:
    return rule["action"] != "delete", str(rule["id"])  # what is to go need not be stripped before


def _rivals(rule: Mapping[str, Any], rules: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    same = ("kind", "action")
    return [each for each in rules if all(each[name] == rule[name] for name in same)]


def _task(
    rule: Mapping[str, Any], rivals: Sequence[Mapping[str, Any]], groups: Mapping[str, str], now: datetime
) -> Task:
    own = {each["channel"] for each in rivals if each["channel"] is not None}
    grouped = {each["channel_group"] for each in rivals if each["channel_group"] is not None}
    within = sorted(code for code, group in groups.items() if group == rule["channel_group"])
    if rule["channel"] is not None:
        only, but = [rule["channel"]], set[str]()
    elif rule["channel_group"] is not None:
        only, but = within, own
    else:
        only, but = None, own | {code for code, group in groups.items() if group in grouped}
    before = now - timedelta(days=rule["keep_days"])
    named = {name: str(rule[name]) for name in ("kind", "action")}
    return Task(str(rule["id"]), **named, before=before.isoformat(), only=only, but=sorted(but))
