"""What can be wrong with one identity."""

from shared.errors import NotFound


class IdentityNotFound(NotFound):
    """The customer has no such identity."""

    says = "This customer has no such identity."
