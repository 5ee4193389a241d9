"""What a reader wants to see of a timeline: kinds, channels, purposes, directions, a span of time."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request

from services.interaction.identities.paths import key_in
from services.interaction.interactions.catalogue import GROUPS, Direction, Purpose
from services.interaction.interactions.known import Channels, channels
from services.interaction.timeline.facts import FactKind
from services.interaction.timeline.kinds import CONTACTS, SCOPES
from shared.auth import Principal
from shared.errors import FieldError, Invalid, MaskedField
from shared.schemas import Instant
from web.app import core

EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
OF_CONTACTS = frozenset(("channels", "direction", "purpose", "persons"))  # only contacts have them
Person = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=320,
        description="Only contacts in which somebody took part: one of the firm by the principal's id, one "
        "of the customer's by id, `<system>:<external id>`, contact point or name, as the contact has it.",
    ),
]
Through = Annotated[str | None, Query(max_length=64, description="Only contacts through this channel.")]
Group = Annotated[str | None, Query(max_length=100, description="Only contacts through channels of it.")]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The kinds that are wanted, and the values of the filters in use; `span` stands for since and until."""

    kinds: frozenset[str]
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def filters(self) -> frozenset[str]:
        """The names of the filters in use."""
        spans = {"span"} if "since" in self.given else set()
        return frozenset(spans | (OF_CONTACTS & self.given.keys()))

    def read_by(self, principal: Principal) -> "Narrowing":
        """Leave out the kinds that a principal may not read, and all but contacts where those are meant."""
        if "persons" in self.given and not principal.personal:
            raise MaskedField(parameter="person")
        may = {kind for kind in self.kinds if principal.may(SCOPES[kind])}
        return Narrowing(frozenset(may & CONTACTS if self.filters & OF_CONTACTS else may), self.given)


async def _narrowing(
    request: Request,
    *,
    kinds: Annotated[
        str | None, Query(max_length=200, description=f"Only these of: {', '.join(FactKind)}.")
    ] = None,
    channel: Through = None,
    group: Group = None,
    direction: Annotated[Direction | None, Query(description="Only contacts in this direction.")] = None,
    purpose: Annotated[Purpose | None, Query(description="Only contacts for this purpose.")] = None,
    person: Person = None,
    since: Annotated[Instant | None, Query(description="What happened then or later.")] = None,
    until: Annotated[Instant | None, Query(description="What happened before then.")] = None,
) -> Narrowing:
    given: dict[str, Any] = {}
    if channel is not None or group is not None:
        given["channels"] = sorted(_channels(await channels(core(request).database), channel, group))
    if direction is not None:
        given["direction"] = direction
    if purpose is not None:
        given["purpose"] = purpose
    if person is not None:
        given["persons"] = _persons(person)
    if since is not None or until is not None:
        given |= {"since": since or EVER[0], "until": until or EVER[1]}
    return Narrowing(_kinds(kinds), given)


Narrowed = Annotated[Narrowing, Depends(_narrowing)]


def _persons(person: str) -> list[str]:
    """Return the lists of participants, as JSON, that any contact has in which a person took part."""
    key = key_in(person)
    forms: list[dict[str, Any]] = [{name: person} for name in ("principal", "contact_point", "name")]
    if isinstance(key, UUID):
        forms.append({"customer": str(key)})
    elif key is not None:
        forms.append({"customer": {"system": key[0], "id": key[1]}})
    return [orjson.dumps([each]).decode() for each in forms]


def _kinds(kinds: str | None) -> frozenset[str]:
    named = frozenset(SCOPES if kinds is None else kinds.split(","))
    if named - SCOPES.keys():
        raise _unknown("kinds", f"Name kinds, separated by commas: {', '.join(SCOPES)}.")
    return named


def _channels(known: Channels, channel: str | None, group: str | None) -> set[str]:
    if group is not None and group not in GROUPS:
        raise _unknown("group", f"Name one of the groups: {', '.join(GROUPS)}.")
    of_group = {code for code, each in known.items() if group in (None, each.group)}
    return of_group if channel is None else of_group & {channel}


def _unknown(parameter: str, detail: str) -> Invalid:
    error: FieldError = {"parameter": parameter, "code": f"unknown_{parameter.rstrip('s')}", "detail": detail}
    return Invalid(detail, errors=[error])
