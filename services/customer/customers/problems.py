"""What can be wrong with a write of a customer."""

from uuid import UUID

from shared.errors import Conflict, FieldError, Forbidden, Invalid, NotFound


class CustomerNotFound(NotFound):
    """No such customer, or none that the principal may see."""

    says = "There is no such customer."


class IdentityTaken(Conflict):
    """An identity already leads to another customer, named when the principal may see it."""

    code, title = "identity_taken", "An identity belongs to another customer"

    def __init__(self, customer_id: UUID | None) -> None:
        super().__init__("Write to that customer, or leave the identity out.", customer_id=customer_id)


class AmbiguousIdentity(Conflict):
    """The identities of one row lead to several customers."""

    code, title = "ambiguous_identity", "The identities belong to different customers"


class IdentityRequired(Invalid):
    """A row of a stream does not say what makes its repetition harmless."""

    code, title = "identity_required", "A row of a stream needs an identity"
    says = "Name the customer by one of `identities`: then a stream that broke can simply be sent again."


class OutOfSight(Forbidden):
    """After the write its own writer would not see the customer."""

    code, title = "out_of_sight", "You may only write customers that you see"

    def __init__(self) -> None:
        super().__init__("The owner or department would put this customer out of your sight.")


class FieldRefused(Invalid):
    """One or more fields cannot be what the request says."""

    def __init__(self, code: str, detail: str, *pointers: str) -> None:
        errors: list[FieldError] = [{"pointer": each, "code": code, "detail": detail} for each in pointers]
        super().__init__(detail, errors=errors)


class ReadOnly(FieldRefused):
    """Fields that only the system sets, sent with another value than the stored one."""

    def __init__(self, *pointers: str) -> None:
        super().__init__(
            "read_only", "Only the system sets this: leave it out, or send what is stored.", *pointers
        )
