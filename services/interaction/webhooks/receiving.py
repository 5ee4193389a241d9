"""Turning the messages of a payload into interactions of whom they are from or to."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from asyncpg import Record
from pydantic import ValidationError

from services.interaction.correspondents.finding import Way, by_email, by_phone, whose
from services.interaction.identities.asking import Customers
from services.interaction.identities.people import Key
from services.interaction.interactions.catalogue import Direction
from services.interaction.interactions.details import Role, Side
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.interactions.schemas import InteractionCreate
from services.interaction.records.drafts import Draft
from services.interaction.webhooks.mapping import Message, Unmapped

LONGEST = {"id": 200, "subject": 200, "text": 100_000, "name": 200, "thread": 130}
FORM = "web_form"


async def drafts_of(
    source: Record, messages: Sequence[Message], customers: Customers, now: datetime, country: str
) -> list[Draft]:
    """Return a draft for each message; one that the mapping cannot read or that names nobody is rejected.

    Phone numbers that name no country are of `country`.
    """
    ends = [_ends(source, each, country) for each in messages]
    known = await whose(customers, [each[1] for each in ends if not isinstance(each, Unmapped)])
    drafts = []
    for index, (message, end) in enumerate(zip(messages, ends, strict=True)):
        try:
            if isinstance(end, Unmapped):
                raise end
            drafts.append(_draft(source, message, (end[0], known[end[1]]), now, index))
        except Unmapped as problem:
            drafts.append(Draft(index, {}, {}, problem=problem))
    return drafts


def _ends(source: Record, message: Message, country: str) -> tuple[Direction, tuple[Way, ...]] | Unmapped:
    """Return which way a message went, and the ways to its customer; else why nobody can tell."""
    try:
        if message.problem is not None:
            raise message.problem
        towards = _direction(source, message)
        return towards, _ways(source, message, towards, country)
    except Unmapped as problem:
        return problem


def _draft(source: Record, message: Message, of: tuple[Direction, Key], now: datetime, index: int) -> Draft:
    said = {name: value[: LONGEST.get(name, 320)] for name, value in message.said.items()}
    towards, customer = of
    given: dict[str, Any] = {
        "customer": customer if isinstance(customer, UUID) else {"system": customer[0], "id": customer[1]},
        "channel": source["channel"],
        "direction": towards,
        "occurred_at": message.at or now,
        "subject": said.get("subject"),
        "body": said.get("text"),
        "participants": _participants(said, towards),
        "source": {"system": source["code"], "id": said.get("id") or _digest(message.item)},
    }
    if "thread" in said:
        given["thread_id"] = f"{source['code']}:{said['thread']}"
    try:
        draft = INTERACTIONS.draft(InteractionCreate.model_validate(given), index)
    except ValidationError:
        raise Unmapped("The message has something that an interaction cannot have.") from None
    draft.named = False
    if message.at is None:  # of a new one only: what comes again came when it first did
        draft.defaults = {**draft.defaults, "occurred_at": draft.values.pop("occurred_at")}
    return draft


def note_original(drafts: Sequence[Draft], original: UUID) -> None:
    """Let new interactions name the payload that they are from."""
    for each in drafts:
        each.defaults = {**each.defaults, "attributes": {"webhook_original": str(original)}}


def _direction(source: Record, message: Message) -> Direction:
    word = message.said.get("direction")
    if word is None:
        return Direction.INBOUND
    meant: Mapping[str, str] = source["mapping"].get("directions") or {}
    try:
        return Direction(meant.get(word, word.lower()))
    except ValueError:
        raise Unmapped("direction is none that the mapping knows.") from None


def _ways(source: Record, message: Message, towards: Direction, country: str) -> tuple[Way, ...]:
    said, other = message.said, "to" if towards is Direction.OUTBOUND else "from"
    given = [(name, said[name]) for name in ("email", "phone") if name in said]
    given += [(source["system"], said[other])] if other in said else []
    ways = [_way(system, value, country) for system, value in given]
    if not ways:
        if source["channel"] != FORM:
            raise Unmapped("The message does not say who it is from or to.")
        ways.append(Way(source["code"], said.get("name") or "?"))
    return tuple(ways)


def _way(system: str, value: str, country: str) -> Way:
    if system == "email":
        return by_email(value)
    return by_phone(value, country) if system == "phone" else Way(system, value)


def _participants(said: Mapping[str, str], towards: Direction) -> list[dict[str, Any]]:
    ends = (("from", Role.FROM, Direction.OUTBOUND), ("to", Role.TO, Direction.INBOUND))
    found = []
    for name, role, firms in ends:
        side = Side.FIRM if towards is firms else Side.CUSTOMER
        point = said.get(name) or (said.get("email") or said.get("phone") if role is Role.FROM else None)
        shown = said.get("name") if side is Side.CUSTOMER and role is Role.FROM else None
        if point or shown:
            found.append({"side": side, "role": role, "contact_point": point, "name": shown})
    return found


def _digest(item: object) -> str:
    return hashlib.sha256(orjson.dumps(item, option=orjson.OPT_SORT_KEYS)).hexdigest()
