"""What is written of a mail: its interaction as callers could have recorded it, and what else it says."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from services.interaction.identities.people import Key
from services.interaction.interactions.catalogue import Direction
from services.interaction.interactions.details import MOST, Role, Side
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.interactions.schemas import InteractionCreate
from services.interaction.mail.addresses import Address
from services.interaction.mail.messages import Attachment, Mail
from services.interaction.mail.owners import Own
from services.interaction.records.drafts import Draft

SYSTEM, CHANNEL = "mail", "email"
_LANGUAGE, _MEDIA_TYPE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"), re.compile(r"[\w.+-]+/[\w.+-]+")
_ROLES = (
    ("senders", Role.FROM),
    ("to", Role.TO),
    ("cc", Role.CC),
    ("bcc", Role.BCC),
    ("reply_to", Role.REPLY_TO),
)


def source_of(mail: Mail) -> tuple[str, str]:
    """Return the source key of a mail: what it says, so that a copy of it is no other mail."""
    return SYSTEM, mail.digest


def draft_of(mail: Mail, customer: Key, direction: Direction, own: Own, now: datetime) -> Draft:
    """Return the interaction that a mail is; `now` counts where it has no time of its own."""
    system, id_ = source_of(mail)
    known = mail.language and _LANGUAGE.fullmatch(mail.language)
    given = {
        "customer": customer if isinstance(customer, UUID) else {"system": customer[0], "id": customer[1]},
        "channel": CHANNEL,
        "direction": direction,
        "occurred_at": mail.sent_at or now,
        "subject": mail.subject or None,
        "body": mail.text or None,
        "language": mail.language if known else None,
        "participants": list(_participants(mail, direction, own))[:MOST],
        "attachments": [_file(mail, at, each) for at, each in enumerate(mail.attachments[:MOST], 1)],
        "source": {"system": system, "id": id_},
    }
    return INTERACTIONS.draft(InteractionCreate.model_validate(given))


def _participants(mail: Mail, direction: Direction, own: Own) -> Iterator[dict[str, Any]]:
    """Yield who took part: of the firm are our own addresses, and those who stand where the firm must."""
    for name, role in _ROLES:
        sends = role in {Role.FROM, Role.REPLY_TO}
        firms = direction is (Direction.OUTBOUND if sends else Direction.INBOUND)
        for each in getattr(mail, name):
            ours = own.has(each.address) or (firms and (sends or not own))
            side = Side.FIRM if ours else Side.CUSTOMER
            yield {"side": side, "role": role, "contact_point": each.address, "name": each.name}


def _file(mail: Mail, number: int, attachment: Attachment) -> dict[str, Any]:
    """Refer to a part: its bytes are in the original."""
    media_type = attachment.media_type if _MEDIA_TYPE.fullmatch(attachment.media_type) else None
    return {
        "name": attachment.name,
        "media_type": media_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "key": f"{SYSTEM}:{mail.digest}/{number}",
    }


def said_by(mail: Mail) -> dict[str, Any]:
    """Return what a mail says that its interaction has no field for."""
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
