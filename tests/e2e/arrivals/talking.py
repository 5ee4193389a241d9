"""What telephone systems, mail and message services send: events of calls, threads of mails, payloads."""

import base64
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from tests.e2e.arrivals.people import FIRM, Person
from tests.e2e.arrivals.telling import Teller, unknown

MAPPING = {"list": "/messages", "id": "/id", "from": "/from", "to": "/to", "text": "/text", "time": "/time"}
MAPPING |= {"direction": "/way", "thread": "/chat"}


def sources(mark: str) -> list[dict[str, Any]]:
    """Return the sources of messages of a side."""
    common = {"name": "Messages", "system": "phone", "mapping": MAPPING}
    return [{**common, "code": f"{mark}-{channel}", "channel": channel} for channel in ("sms", "whatsapp")]


def call(teller: Teller) -> None:
    """A call of one number: answered, given up or handed on; each event is a fact."""
    dice, at = teller.dice, teller.time()
    phone, of = unknown(teller)
    name, inbound = teller.next("call"), dice.random() < 0.8
    numbers = {"from": phone, "to": "95555"} if inbound else {"from": "95555", "to": phone}
    begin = {**numbers, "direction": "inbound" if inbound else "outbound", "queue": f"{teller.side.mark}-q"}
    steps: list[tuple[str, float, dict[str, Any]]] = [("ringing", 0, begin)]
    if dice.random() < 0.3:
        steps.append(("abandoned", dice.randint(1, 60), {}))
    else:
        steps.append(("answered", 8, {"agent": "u-1"}))
        if dice.random() < 0.3:
            steps += [("held", 20, {}), ("resumed", 35, {}), ("transferred", 40, {"agent": "u-2"})]
            steps.append(("answered", 44, {"agent": "u-2"}))
        steps.append(("ended", dice.randint(60, 600), {}))
        steps.append(("noted", 700, {"disposition": dice.choice(("sold", "asked"))}))
    for number, (type_, second, said) in enumerate(steps):
        when = at + timedelta(seconds=second)
        body = {"call": {"system": "pbx", "id": name}, "type": type_, "event_id": f"e{number}", **said}
        body["occurred_at"] = when.isoformat()
        teller.tell(when, "calls/events", body, record=name, of=of, kind="call", occurred_at=at)


def thread(teller: Teller) -> None:
    """A few mails that answer each other, some of them without saying what."""
    dice, person, at = teller.dice, teller.person(), teller.time()
    subject, before = f"About {teller.next('T')}", list[str]()
    for number in range(dice.randint(1, 4)):
        mark = f"<{teller.next('M')}@mail.test>"
        fields = [f"Date: {format_datetime(at)}", f"Message-ID: {mark}", *_ends(person, dice.random() < 0.6)]
        fields.append(f"Subject: {'Re: ' if number else ''}{subject}")
        if before and dice.random() < 0.7:
            fields.append(f"References: {' '.join(before[-2:])}")
        raw = "\r\n".join([*fields, "", f"Mail {teller.made}", ""]).encode()
        body = {"raw": base64.b64encode(raw).decode()}
        about: dict[str, Any] = {"record": mark, "of": teller.of(person), "kind": "interaction"}
        teller.tell(at, "mail", body, **about, occurred_at=at)
        before.append(mark)
        at += timedelta(hours=dice.randint(1, 60))


def _ends(person: Person, inbound: bool) -> list[str]:  # noqa: FBT001 - which way
    ends = person.email, f"sales@{FIRM}"
    one, other = ends if inbound else reversed(ends)
    return [f"From: {one}", f"To: {other}"]


def message(teller: Teller) -> None:
    """A short message from or to one number, of somebody or nobody."""
    dice, at = teller.dice, teller.time()
    phone, of = unknown(teller)
    code = f"{teller.side.mark}-{dice.choice(('sms', 'whatsapp'))}"
    inbound, written = dice.random() < 0.7, dice.choice((phone, f"+86 {phone}", f"0086{phone}"))
    ends = {"from": written, "to": "95555"} if inbound else {"from": "95555", "to": written}
    name = teller.next("W")
    body = {"id": name, **ends, "text": f"Message {teller.made}", "time": at.isoformat()}
    body |= {"way": "inbound" if inbound else "outbound", "chat": f"c{phone}"}
    path = f"webhook-sources/{code}/messages"
    teller.tell(at, path, body, record=f"{code} {name}", of=of, kind="interaction", occurred_at=at)
