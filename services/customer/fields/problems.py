"""What can be wrong with a write of a custom field."""

from shared.errors import Conflict


class FieldTaken(Conflict):
    """A custom field has this code already, or had it with values of another type."""

    code, title = "field_taken", "The code belongs to another custom field"


class OptionInUse(Conflict):
    """An option that customers have is retired rather than removed."""

    code, title = "option_in_use", "Customers have an option that would be removed"
