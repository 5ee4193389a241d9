"""Which addresses are the firm's own; that tells the direction of a mail."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.interaction.interactions.catalogue import Direction
from services.interaction.mail.addresses import Address, plain
from services.interaction.mail.messages import Mail, MailKind


@dataclass(frozen=True, slots=True)
class Own:
    """Own addresses and own domains, all in lower case."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    @classmethod
    def of(cls, written: Iterable[str]) -> "Own":
        """Read addresses, and domains written as `@example.com`."""
        given = [each.strip().lower() for each in written]
        return cls(
            frozenset(filter(None, (plain(each) for each in given if not each.startswith("@")))),
            frozenset(each[1:] for each in given if each.startswith("@")),
        )

    def __bool__(self) -> bool:
        """Whether we have any."""
        return bool(self.addresses or self.domains)

    def has(self, address: str) -> bool:
        """Whether an address is one of ours; those of a domain's subdomains are."""
        _, _, domain = address.rpartition("@")
        labels = domain.split(".")
        return address in self.addresses or any(
            ".".join(labels[at:]) in self.domains for at in range(len(labels))
        )


def direction(mail: Mail, own: Own) -> Direction:
    """Tell who addressed whom: what we send to anybody else is outbound; none is among ourselves.

    A report on mail of ours comes in, whoever it says it is from.
    """
    if mail.report is not None or mail.kind is MailKind.BOUNCE:
        return Direction.INBOUND
    if not any(own.has(each.address) for each in mail.senders):
        return Direction.INBOUND
    others = [each for each in (*mail.to, *mail.cc, *mail.bcc) if not own.has(each.address)]
    return Direction.OUTBOUND if others or not (mail.to or mail.cc or mail.bcc) else Direction.NONE


def counterparts(mail: Mail, towards: Direction, own: Own) -> list[Address]:
    """Return who a mail was from or to outside of the firm; of a report, whom the mail did not reach."""
    if mail.report is not None and mail.report.failures:
        return [Address(each.address) for each in mail.report.failures if each.address]
    if towards is Direction.INBOUND:
        return mail.senders[:1]
    named = mail.to or mail.cc or mail.bcc
    return [each for each in named if not own.has(each.address)] or named or mail.senders
