"""Writing mail: an interaction, what else is known of it, its thread and its original, all at once."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert

from services.interaction.identities.people import Key, People
from services.interaction.interactions.catalogue import Channel, Direction
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.interactions.schemas import InteractionCreate
from services.interaction.mail.addresses import Address
from services.interaction.mail.messages import Mail
from services.interaction.mail.models import MailOriginal, MailRow
from services.interaction.mail.owners import Own
from services.interaction.mail.placing import place
from services.interaction.mail.threads import ties
from services.interaction.records.actions import Wanted, write
from services.interaction.records.drafts import Draft, Result
from services.interaction.records.schemas import BatchMode, Outcome
from services.interaction.sources.queries import find
from shared.database import Transaction
from shared.statements import Statement
from web.once import Again

SYSTEM = "mail"
LEVEL = 6


@dataclass(slots=True)
class Letter:
    """A mail on its way in: what it is, its bytes, whose it is, and where it goes."""

    mail: Mail
    raw: bytes
    direction: Direction
    customer: Key
    known: UUID | None = field(default=None)

    @property
    def source(self) -> tuple[str, str]:
        """Its source key: what it says, so that a copy is no other mail."""
        return SYSTEM, self.mail.digest


def _all(model: type[Any]) -> Statement:
    table = model.__table__
    return Statement(insert(table).values({c.name: bindparam(c.name, type_=c.type) for c in table.columns}))


_MAIL, _ORIGINAL = _all(MailRow), _all(MailOriginal)


async def known(tx: Transaction, letters: Sequence[Letter]) -> None:
    """Find which mails are here already."""
    found = await find(tx.connection, INTERACTIONS.name, {each.source for each in letters})
    for each in letters:
        each.known = found.get(each.source)


async def take_in(
    tx: Transaction, letters: Sequence[Letter], people: People, *, own: Own, keep_up_to: int
) -> list[Result | UUID]:
    """Write the mails that are not here yet; return the result of each, or the id under which it was here."""
    await known(tx, letters)
    new = list({each.source: each for each in letters if each.known is None}.values())
    if not new:
        return _told(letters, {})
    drafts = [_draft(each, tx.at, index) for index, each in enumerate(new)]
    decision = await write(tx, Wanted(INTERACTIONS, drafts, people, BatchMode.CREATE))
    results = dict(zip((each.source for each in new), decision.results, strict=True))
    for each in new:
        result = results[each.source]
        if result.outcome is Outcome.CREATED and result.held is not None and result.held.who is not None:
            await _keep(tx, each, result.held.id, result.held.who.original_id, own=own, keep_up_to=keep_up_to)
        elif result.problem is None or result.held is not None:
            raise Again  # another writer has just taken it in
    return _told(letters, results)


def _told(letters: Sequence[Letter], results: dict[tuple[str, str], Result]) -> list[Result | UUID]:
    told: list[Result | UUID] = []
    seen: set[tuple[str, str]] = set()
    for each in letters:
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


def _draft(letter: Letter, now: datetime, index: int) -> Draft:
    mail = letter.mail
    given = {
        "customer": letter.customer if isinstance(letter.customer, UUID) else _named(letter.customer),
        "channel": Channel.EMAIL,
        "direction": letter.direction,
        "occurred_at": mail.sent_at or now,
        "subject": mail.subject or None,
        "body": mail.text or None,
        "source": _named(letter.source),
    }
    return INTERACTIONS.draft(InteractionCreate.model_validate(given), index)


def _named(name: tuple[str, str]) -> dict[str, str]:
    return {"system": name[0], "id": name[1]}


async def _keep(
    tx: Transaction, letter: Letter, id_: UUID, customer: UUID, *, own: Own, keep_up_to: int
) -> None:
    mail, at = letter.mail, letter.mail.sent_at or tx.at
    tied = ties(mail, own, at)
    thread = await place(tx, tied)
    await _MAIL.value(
        tx.connection,
        id=id_,
        customer_id=customer,
        thread_id=thread,
        occurred_at=at,
        kind=mail.kind,
        message_id=mail.message_id,
        topic=tied.topic,
        loose=tied.loose,
        said=_said(mail),
        defects=mail.defects,
        size=mail.size,
        sha256=mail.sha256,
        created_at=tx.at,
    )
    reason = None
    if mail.size > keep_up_to:
        reason = f"It has {mail.size:,} bytes; originals are kept up to {keep_up_to:,}."
    content = None if reason else zlib.compress(letter.raw, LEVEL)
    await _ORIGINAL.value(tx.connection, id=id_, content=content, reason=reason)


def _said(mail: Mail) -> dict[str, Any]:
    people = {
        name: [_person(each) for each in getattr(mail, name)]
        for name in ("senders", "reply_to", "to", "cc", "bcc")
    }
    forwarded = [
        {
            "message_id": each.message_id,
            "sender": each.sender and _person(each.sender),
            "subject": each.subject,
            "sent_at": each.sent_at,
        }
        for each in mail.forwarded
    ]
    attachments = [
        {
            name: getattr(each, name)
            for name in ("name", "media_type", "size", "sha256", "inline", "content_id")
        }
        for each in mail.attachments
    ]
    return {
        **people,
        "references": list(mail.references),
        "attachments": attachments,
        "forwarded": forwarded,
        "report": None if mail.report is None else _report(mail),
    }


def _person(address: Address) -> dict[str, str | None]:
    return {"address": address.address, "name": address.name}


def _report(mail: Mail) -> dict[str, Any]:
    report = mail.report
    if report is None:
        raise LookupError("only a report is written as one")
    failures = [
        {name: getattr(each, name) for name in ("address", "action", "status", "diagnostic")}
        for each in report.failures
    ]
    return {"failures": failures, "message_id": report.message_id, "subject": report.subject}
