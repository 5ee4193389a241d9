"""Whose history a mail belongs to: the customer who alone has the address of the other side."""

from services.interaction.correspondents.finding import Way, by_email, whose
from services.interaction.identities.asking import Customers
from services.interaction.identities.people import Key
from services.interaction.interactions.catalogue import Direction
from services.interaction.mail.messages import Mail
from services.interaction.mail.owners import Own, counterparts
from services.interaction.mail.queries import OF_MESSAGE
from shared.statements import Runner

NOBODY = Way("email", "?")  # of mail that names nobody: all of it is one stranger's


class Correspondents:
    """Answers for one request or one import; who was asked for is not asked for again."""

    def __init__(self, customers: Customers, on: Runner, own: Own) -> None:
        self.customers, self.on, self.own = customers, on, own
        self._known: dict[tuple[Way, ...], Key] = {}

    async def of(self, mail: Mail, towards: Direction) -> Key:
        """Return whose a mail is; a report on a mail of ours is that one's, where it is known."""
        if mail.report is not None and mail.report.message_id:
            rows = await OF_MESSAGE.all(self.on, message_id=mail.report.message_id)
            if len(rows) == 1:
                about: Key = rows[0]["customer_id"]
                return about
        people = counterparts(mail, towards, self.own)
        ways = tuple(by_email(each.address) for each in people) or (NOBODY,)
        if ways not in self._known:
            if len(self._known) >= 10_000:
                self._known.clear()
            self._known[ways] = await whose(self.customers, ways[:20])
        return self._known[ways]
