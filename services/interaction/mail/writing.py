"""Writing mail: an interaction, what else is known of it, its thread and its original, all at once."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert

from services.interaction.identities.people import Key, People
from services.interaction.interactions.catalogue import Direction
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.mail.drafting import draft_of, said_by, source_of
from services.interaction.mail.messages import Mail
from services.interaction.mail.models import MailOriginal, MailRow
from services.interaction.mail.owners import Own
from services.interaction.mail.placing import place
from services.interaction.mail.threads import Tied, tied, ties
from services.interaction.records.actions import Wanted, write
from services.interaction.records.drafts import Draft, Held, RecordRetired, Result
from services.interaction.records.schemas import BatchMode, Outcome
from services.interaction.sources.queries import look_up
from shared.database import Transaction
from shared.statements import Statement
from web.once import Again

LEVEL = 6


@dataclass(slots=True)
class Letter:
    """A mail on its way in: what it is, its bytes, whose it is, and where it goes."""

    mail: Mail
    raw: bytes
    direction: Direction
    customer: Key
    known: UUID | None = None
    retired: bool = False

    @property
    def source(self) -> tuple[str, str]:
        """Its source key."""
        return source_of(self.mail)


@dataclass(frozen=True, slots=True)
class Placed:
    """What ties a mail, and the thread that it came into."""

    tied: Tied
    thread: UUID


def _all(model: type[Any]) -> Statement:
    table = model.__table__
    return Statement(insert(table).values({c.name: bindparam(c.name, type_=c.type) for c in table.columns}))


_MAIL, _ORIGINAL = _all(MailRow), _all(MailOriginal)


async def known(tx: Transaction, letters: Sequence[Letter]) -> None:
    """Find which mails are here already, or were and are not to come back."""
    found = await look_up(tx.connection, INTERACTIONS.name, {each.source for each in letters})
    for each in letters:
        there = found.get(each.source)
        each.known, each.retired = (None, False) if there is None else (there.record_id, bool(there.retired))


async def take_in(
    tx: Transaction, letters: Sequence[Letter], people: People, *, own: Own, keep_up_to: int
) -> list[Result | UUID]:
    """Write the mails that are not here yet; return the result of each, or the id under which it was here."""
    await known(tx, letters)
    new = list({each.source: each for each in letters if each.known is None}.values())
    if not new:
        return _told(letters, {})
    placed = await _placed(tx, new, own)
    drafts = [_draft(each, placed[each.source], own, tx.at) for each in new]
    decision = await write(tx, Wanted(INTERACTIONS, drafts, people, BatchMode.CREATE))
    results = dict(zip((each.source for each in new), decision.results, strict=True))
    for each in new:
        result = results[each.source]
        if result.outcome is Outcome.CREATED and result.held is not None:
            await _keep(tx, each, result.held, placed[each.source], keep_up_to)
        elif result.problem is None or result.held is not None:
            raise Again  # another writer has just taken it in
    return _told(letters, results)


async def _placed(tx: Transaction, letters: Sequence[Letter], own: Own) -> dict[tuple[str, str], Placed]:
    """Find the thread of each; those before it are not stored yet, but count."""
    placed: dict[tuple[str, str], Placed] = {}
    for each in letters:
        mine = ties(each.mail, own, each.mail.sent_at or tx.at)
        before = {other.thread for other in placed.values() if tied(mine, other.tied)}
        placed[each.source] = Placed(mine, await place(tx, mine, before))
    return placed


def _draft(letter: Letter, placed: Placed, own: Own, now: datetime) -> Draft:
    draft = draft_of(letter.mail, letter.customer, letter.direction, own, now)
    draft.values["thread_id"] = str(placed.thread)
    return draft


def _told(letters: Sequence[Letter], results: dict[tuple[str, str], Result]) -> list[Result | UUID]:
    told: list[Result | UUID] = []
    seen: set[tuple[str, str]] = set()
    for each in letters:
        if each.retired:
            told.append(Result(Outcome.REJECTED, problem=RecordRetired()))
            continue
        result = results.get(each.source)
        repeated = each.source in seen and result is not None and result.problem is None
        if result is None or repeated:
            id_ = each.known or (result.held.id if result and result.held else None)
            if id_ is None:
                raise LookupError("a mail was neither here nor written")
            told.append(id_)
        else:
            told.append(result)
        seen.add(each.source)
    return told


async def _keep(tx: Transaction, letter: Letter, held: Held, placed: Placed, keep_up_to: int) -> None:
    mail, who = letter.mail, held.who
    if who is None:
        raise LookupError("an interaction without a customer")
    await _MAIL.value(
        tx.connection,
        id=held.id,
        customer_id=who.original_id,
        thread_id=placed.thread,
        occurred_at=placed.tied.at,
        kind=mail.kind,
        message_id=mail.message_id,
        topic=placed.tied.topic,
        loose=placed.tied.loose,
        said=said_by(mail),
        defects=mail.defects,
        size=mail.size,
        sha256=mail.sha256,
        created_at=tx.at,
    )
    reason = None
    if mail.size > keep_up_to:
        reason = f"It has {mail.size:,} bytes; originals are kept up to {keep_up_to:,}."
    content = None if reason else zlib.compress(letter.raw, LEVEL)
    await _ORIGINAL.value(tx.connection, id=held.id, content=content, reason=reason)
