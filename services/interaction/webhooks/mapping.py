"""Reading a payload by a mapping: where in it each message is, and where in a message each thing. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.interaction.mail.charsets import clean
from shared.errors import FieldError, Invalid

THINGS = ("id", "from", "to", "email", "phone", "name", "subject", "text", "time", "direction", "thread")
MOST = 1_000  # messages of one payload
UNITS = {"unix_s": 1, "unix_ms": 1_000}
_EARLIEST, _LATEST = 0, 253_402_300_799  # seconds since 1970 that are years with four digits


class Unmapped(Invalid):
    """A payload does not hold what the mapping says."""

    code, title = "unmapped", "The payload is not as the mapping says"


@dataclass(slots=True)
class Message:
    """One message as the mapping found it: `said` are texts by the names of THINGS."""

    item: Any
    said: dict[str, str] = field(default_factory=dict)
    at: datetime | None = None
    problem: Unmapped | None = None


def steps(path: str) -> list[str]:
    """Return the steps of a JSON Pointer ("/a/0") or of a dotted path ("a.0")."""
    bare = path.removeprefix("$")
    if bare.startswith("/"):
        return [step.replace("~1", "/").replace("~0", "~") for step in bare[1:].split("/")]
    return [step for step in bare.split(".") if step]


def look(node: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
    """Return what is at a path, None if nothing is."""
    for step in steps(path):
        if isinstance(node, Mapping):
            node = node.get(step)
        elif isinstance(node, Sequence) and not isinstance(node, str) and step.isdecimal() and len(step) < 6:
            node = node[int(step)] if int(step) < len(node) else None
        else:
            return None
    return node


def read(mapping: Mapping[str, Any], payload: object) -> list[Message]:
    """Return the messages of a payload; Unmapped if it has no list where one must be, or a too long one."""
    root = mapping.get("list")
    items = [payload] if root is None else look(payload, root)
    if isinstance(items, Mapping):
        items = [items]
    if not isinstance(items, list) or len(items) > MOST:
        raise _unmapped(root or "", f"There must be a list of at most {MOST:,} messages here.")
    return [_message(mapping, payload, item) for item in items]


def _message(mapping: Mapping[str, Any], payload: object, item: object) -> Message:
    message = Message(item)
    try:
        message.said = dict(_said(mapping, payload, item))
        message.at = _time(mapping, message.said.get("time"))
    except Unmapped as problem:
        message.problem = problem
    return message


def _said(mapping: Mapping[str, Any], payload: object, item: object) -> Iterator[tuple[str, str]]:
    constants = mapping.get("constants") or {}
    for name in THINGS:
        path = mapping.get(name)
        value = None if path is None else look(payload if path.startswith("$") else item, path)
        if value is None:
            value = constants.get(name)
        if isinstance(value, (Mapping, list)):
            raise _unmapped(path or "", f"{name} must be a text or a number.")
        if value is not None and (shown := clean(str(value)).strip()):
            yield name, shown


def _time(mapping: Mapping[str, Any], written: str | None) -> datetime | None:
    if written is None:
        return None
    unit = UNITS.get(mapping.get("time_format") or "iso")
    try:
        if unit is not None:
            return datetime.fromtimestamp(min(max(float(written) / unit, _EARLIEST), _LATEST), UTC)
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _unmapped(
            mapping.get("time") or "", "time is not in the format that the mapping says."
        ) from None


def _unmapped(path: str, detail: str) -> Unmapped:
    error: FieldError = {"pointer": "/" + "/".join(steps(path)), "code": "unmapped", "detail": detail}
    return Unmapped(detail, errors=[error])
