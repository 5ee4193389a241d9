"""Which mails are of one thread. Pure: the same mails make the same threads in whatever order they come.

Two mails are tied if they share a mark (a Message-ID that is one's own or that one refers to, or Outlook's
mark of a conversation); or if they are of one topic (the same folded subject between the same people outside
of the firm), at most `days` apart, and one of them says that it answers but not to what. A thread is all that
is tied, directly or through others. Whether two mails are tied depends on those two alone: that is why the
order cannot matter.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.interaction.mail.messages import Mail
from services.interaction.mail.owners import Own
from services.interaction.mail.subjects import fold

MOST_MARKS = 100  # of one mail: the first and the last of a long list
DAYS = 30


@dataclass(frozen=True, slots=True)
class Tied:
    """What ties a mail to others; `topic` is None where the subject says too little."""

    marks: tuple[str, ...]
    topic: bytes | None
    loose: bool
    at: datetime


def ties(mail: Mail, own: Own, at: datetime) -> Tied:
    """Return what ties a mail: `loose` is one that says it answers, but not to what."""
    folded, answers = fold(mail.subject)
    referring = list(mail.references)
    if mail.report is not None and mail.report.message_id:
        referring.append(mail.report.message_id)
    named = [*([mail.message_id] if mail.message_id else []), *referring]
    if len(named) > MOST_MARKS:
        named = [*named[: MOST_MARKS // 2], *named[-MOST_MARKS // 2 :]]
    if mail.conversation:
        named.append(f"conversation:{mail.conversation}")
    loose = answers and not (referring or mail.conversation)
    return Tied(tuple(dict.fromkeys(named)), _topic(mail, folded, own), loose, at)


def tied(one: Tied, other: Tied, days: int = DAYS) -> bool:
    """Whether two mails are of one thread by what they say themselves."""
    if not set(one.marks).isdisjoint(other.marks):
        return True
    near = abs(one.at - other.at) <= timedelta(days=days)
    return one.topic is not None and one.topic == other.topic and near and (one.loose or other.loose)


def _topic(mail: Mail, folded: str, own: Own) -> bytes | None:
    people = {each.address for each in (*mail.senders, *mail.to, *mail.cc)}
    others = {address for address in people if not own.has(address)} or people
    if not folded or not others:
        return None
    return hashlib.sha256("\n".join((folded, *sorted(others))).encode("utf-8", "replace")).digest()
