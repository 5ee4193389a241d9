"""What can be wrong with a group."""

from services.customer.customers.problems import OutOfSight
from shared.errors import Conflict, Forbidden, NotFound


class GroupNotFound(NotFound):
    """No such group, or none that the principal may see."""

    says = "There is no such group."


class GroupOutOfSight(OutOfSight):
    """After the write its own writer would not see the group."""

    def __init__(self) -> None:
        Forbidden.__init__(self, "The owner or department would put this group out of your sight.")


class AlreadyIn(Conflict):
    """The customer is a member already, or attended already."""

    code, title = "already_in", "This customer is in it already"
