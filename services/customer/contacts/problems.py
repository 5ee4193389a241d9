"""What can be wrong with one contact point or address."""

from shared.errors import NotFound


class MemberNotFound(NotFound):
    """The customer has no contact point or address of this id."""

    says = "This customer has no such contact point or address."
