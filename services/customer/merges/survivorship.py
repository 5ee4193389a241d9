"""Survivorship: which record's value of each field survives a merge, by which rule, and why. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.customer.merges.unions import UNIONS, united

SCALARS = (
    *("kind", "name", "given_name", "family_name", "owner", "department"),
    *("region", "customer_class", "acquisition"),
)
WITH_NAME = ("given_name", "family_name")  # they are those of the record that the name is from
IDENTITIES, ATTRIBUTES, OF_ATTRIBUTE = "identities", "attributes", "attributes."
FIELDS = (*SCALARS, *UNIONS, ATTRIBUTES)


class Rule(StrEnum):
    """How the value that survives is chosen; an empty value never wins by a rule."""

    SURVIVOR = "survivor"
    NEWEST = "newest"
    OLDEST = "oldest"
    TRUSTED_SOURCE = "trusted_source"
    LONGEST = "longest"
    MOST_COMPLETE = "most_complete"
    UNION = "union"


RULES = {**dict.fromkeys(SCALARS, Rule.SURVIVOR), **dict.fromkeys((*UNIONS, ATTRIBUTES), Rule.UNION)}
BY_TIME = frozenset((Rule.NEWEST, Rule.OLDEST, Rule.TRUSTED_SOURCE))


@dataclass(frozen=True, slots=True)
class Written:
    """When, and through which system, the value of a field was last written."""

    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a group; of a field that `written` leaves out, it is not known when it was written."""

    id: UUID
    document: Mapping[str, Any]
    written: Mapping[str, Written] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a field became; `record` is the one that the value is from, None for a union of several."""

    field: str
    value: Any
    rule: str
    record: UUID | None
    why: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules by field, the trusted systems, the most trusted first, and records chosen by hand."""

    rules: Mapping[str, Rule]
    trusted: Sequence[str] = ()
    chosen: Mapping[str, UUID] = field(default_factory=dict)

    def rule(self, name: str) -> Rule:
        """Return the rule of a field, or of an attribute, "attributes.colour"."""
        return self.rules.get(name) or self.rules[name.partition(".")[0]]


def settle(group: Sequence[Record], policy: Policy) -> list[Decision]:
    """Return a decision for each field that any record fills; the first of the group is the survivor."""
    found = [_decide(group, name, policy) for name in SCALARS if name not in WITH_NAME]
    named = next((each.record for each in found if each.field == "name"), None)
    found += [_with_name(group, name, named, policy) for name in WITH_NAME]
    found += [_decide(group, name, policy) for name in UNIONS]
    if ATTRIBUTES in policy.chosen:
        found.append(_decide(group, ATTRIBUTES, policy))
    else:
        names = dict.fromkeys(name for each in group for name in each.document[ATTRIBUTES])
        found += [_decide(group, OF_ATTRIBUTE + name, policy) for name in names]
    return [each for each in found if each.why]


def applied(survivor: Mapping[str, Any], decisions: Sequence[Decision]) -> dict[str, Any]:
    """Return the survivor's document with what was decided."""
    document = {**survivor, ATTRIBUTES: dict(survivor[ATTRIBUTES])}
    for each in decisions:
        if each.field.startswith(OF_ATTRIBUTE):
            document[ATTRIBUTES][each.field.removeprefix(OF_ATTRIBUTE)] = each.value
        else:
            document[each.field] = each.value
    return document


def value_of(document: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the value of a field, or of an attribute, None for none."""
    if name.startswith(OF_ATTRIBUTE):
        return document[ATTRIBUTES].get(name.removeprefix(OF_ATTRIBUTE))
    return document[name]


def disputed(group: Sequence[Record], policy: Policy) -> list[str]:
    """Return the fields on which records differ, and whose rule asks when they were written."""
    attributes = {OF_ATTRIBUTE + name for each in group for name in each.document[ATTRIBUTES]}
    names = [name for name in (*SCALARS, *UNIONS, *sorted(attributes)) if policy.rule(name) in BY_TIME]
    return [name for name in names if len({_key(value_of(each.document, name)) for each in group}) > 1]


def _decide(group: Sequence[Record], name: str, policy: Policy) -> Decision:
    if name in policy.chosen:
        return _of(_record(group, policy.chosen[name]), name, "chosen", "chosen in the request")
    filled = [each for each in group if value_of(each.document, name) not in (None, [], {}, "")]
    if not filled:
        return Decision(name, None, "", None, "")
    rule = policy.rule(name)
    if len({_key(value_of(each.document, name)) for each in filled}) == 1:
        why = "the same in all that have it" if len(filled) > 1 else "no other record has one"
        return _of(filled[0], name, rule, why)
    if rule is Rule.UNION and name in UNIONS:
        value = united(name, [value_of(each.document, name) for each in filled])
        return Decision(name, value, rule, None, f"what any of {len(filled)} records has, each once")
    order, reason = _ORDERS[rule]
    best = min(filled, key=lambda each: order(each, name, policy))
    return _of(best, name, rule, reason(best, name))


def _with_name(group: Sequence[Record], name: str, named: UUID | None, policy: Policy) -> Decision:
    """Parts of a name go with the name, unless a record was chosen, or a rule other than the usual is set."""
    if name in policy.chosen or policy.rule(name) is not Rule.SURVIVOR or named is None:
        return _decide(group, name, policy)
    whole = _record(group, named)
    alike = [each for each in group if each.document["name"] == whole.document["name"]]
    first = next((each for each in (whole, *alike) if each.document[name] is not None), whole)
    return _of(first, name, Rule.SURVIVOR, "the record that the name is from, or one of the same name")


def _of(record: Record, name: str, rule: str, why: str) -> Decision:
    return Decision(name, value_of(record.document, name), rule, record.id, why)


def _record(group: Sequence[Record], id_: UUID) -> Record:
    return next(each for each in group if each.id == id_)


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _when(record: Record, name: str) -> float:
    written = record.written.get(name)
    at = written.at if written else datetime.fromisoformat(record.document["created_at"])
    return at.timestamp()


def _trust(record: Record, name: str, policy: Policy) -> tuple[int, float]:
    source = record.written[name].source if name in record.written else None
    known = source in policy.trusted
    return policy.trusted.index(source) if known and source else len(policy.trusted), -_when(record, name)


def _filled(record: Record) -> int:
    return sum(value_of(record.document, name) not in (None, [], {}) for name in FIELDS)


def _length(value: object) -> int:
    return len(value) if isinstance(value, (str, list)) else len(_key(value))


def _since(record: Record, name: str) -> str:
    written = record.written.get(name)
    if written is None:
        return f"no later than {record.document['created_at']}"
    return f"{written.at.isoformat()} through {written.source}"


Order = Callable[[Record, str, Policy], Any]
Why = Callable[[Record, str], str]
# The record with the least key wins; of equals the first, and the survivor is the first of all.
_ORDERS: Mapping[Rule, tuple[Order, Why]] = {
    Rule.SURVIVOR: (lambda *_: 0, lambda *_: "the survivor's, or of the first record that has one"),
    Rule.UNION: (lambda *_: 0, lambda *_: "the survivor's, or of the first record that has one"),
    Rule.NEWEST: (
        lambda record, name, _: -_when(record, name),
        lambda record, name: f"the last written: {_since(record, name)}",
    ),
    Rule.OLDEST: (
        lambda record, name, _: _when(record, name),
        lambda record, name: f"the first written: {_since(record, name)}",
    ),
    Rule.TRUSTED_SOURCE: (_trust, lambda record, name: f"the most trusted source: {_since(record, name)}"),
    Rule.LONGEST: (
        lambda record, name, _: -_length(value_of(record.document, name)),
        lambda *_: "the longest",
    ),
    Rule.MOST_COMPLETE: (
        lambda record, *_: -_filled(record),
        lambda *_: "the record with most fields filled",
    ),
}
