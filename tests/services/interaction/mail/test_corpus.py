"""Hostile and quirky mail: each file of the corpus is read as `expected.json` says, and none is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.interaction.mail.messages import Mail
from services.interaction.mail.parsing import parse

CORPUS = Path(__file__).with_name("corpus")
EXPECTED: dict[str, dict[str, Any]] = json.loads((CORPUS / "expected.json").read_text("utf-8"))


def failures(mail: Mail) -> list[list[str | None]]:
    return [[f.address, f.action, f.status] for f in mail.report.failures] if mail.report else []


LOOKS: dict[str, Any] = {
    "senders": lambda mail: [[each.address, each.name] for each in mail.senders],
    "to": lambda mail: [each.address for each in mail.to],
    "cc_names": lambda mail: [mail.cc[-1].address, mail.cc[-1].name],
    "sent_at": lambda mail: mail.sent_at and mail.sent_at.isoformat(),
    "attachments": lambda mail: [[each.name, each.media_type, each.size] for each in mail.attachments],
    "attachments_names": lambda mail: [each.name for each in mail.attachments],
    "attachments_types": lambda mail: [each.media_type for each in mail.attachments],
    "forwarded": lambda mail: [f"<{each.message_id}>" for each in mail.forwarded],
    "failures": failures,
    "about": lambda mail: mail.report and mail.report.message_id,
    "references": lambda mail: list(mail.references),
    "conversation": lambda mail: mail.conversation is not None,
}


def seen(mail: Mail, what: str, wanted: Any) -> Any:
    """What the mail says of one expectation; where a part of it is expected, that part if it is there."""
    if what.endswith("_has"):
        whole = getattr(mail, what.removesuffix("_has"))
        return wanted if wanted in (whole if isinstance(whole, str) else "; ".join(whole)) else whole
    if what.endswith("_has_not"):
        whole = getattr(mail, what.removesuffix("_has_not"))
        return whole if wanted in whole else wanted
    return LOOKS[what](mail) if what in LOOKS else getattr(mail, what)


def test_the_corpus_is_whole() -> None:
    assert len(EXPECTED) >= 40
    assert {path.stem for path in CORPUS.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_mail_is_read_as_expected(name: str) -> None:
    mail = parse((CORPUS / f"{name}.eml").read_bytes())
    expected = EXPECTED[name]
    assert {what: seen(mail, what, wanted) for what, wanted in expected.items()} == expected, mail
    assert not [each for each in mail.defects if "could not be read to its end" in each]
