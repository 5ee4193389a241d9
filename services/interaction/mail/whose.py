"""Whose history a mail belongs to: the customer who alone has the address of the other side."""

from collections.abc import Sequence

from services.interaction.correspondents.finding import Way, Ways, by_email, whose
from services.interaction.identities.asking import Customers
from services.interaction.identities.people import Key
from services.interaction.interactions.catalogue import Direction
from services.interaction.mail.messages import Mail
from services.interaction.mail.owners import Own, counterparts
from services.interaction.mail.queries import OF_MESSAGE
from shared.statements import Runner

NOBODY = Way("email", "?")  # of mail that names nobody: all of it is one stranger's
PEOPLE, KEPT = 20, 10_000  # of a mail; answers


class Correspondents:
    """Answers for one request or one import; who was asked for is not asked for again."""

    def __init__(self, customers: Customers, on: Runner, own: Own) -> None:
        self.customers, self.on, self.own = customers, on, own
        self._known: dict[Ways, Key] = {}

    async def of(self, mails: Sequence[tuple[Mail, Direction]]) -> list[Key]:
        """Return whose each mail is; a report on a mail of ours is that one's, where it is known."""
        about = [await self._about(mail) for mail, _ in mails]
        ways = [self._ways(mail, towards) for mail, towards in mails]
        if len(self._known) >= KEPT:
            self._known.clear()
        unknown = {of for of, known in zip(ways, about, strict=True) if known is None} - self._known.keys()
        self._known |= await whose(self.customers, unknown)
        return [self._known[of] if known is None else known for of, known in zip(ways, about, strict=True)]

    async def _about(self, mail: Mail) -> Key | None:
        if mail.report is None or not mail.report.message_id:
            return None
        rows = await OF_MESSAGE.all(self.on, message_id=mail.report.message_id)
        return rows[0]["customer_id"] if len(rows) == 1 else None

    def _ways(self, mail: Mail, towards: Direction) -> Ways:
        people = counterparts(mail, towards, self.own)
        return tuple(by_email(each.address) for each in people)[:PEOPLE] or (NOBODY,)
