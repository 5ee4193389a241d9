"""What callers send to edit one contact point or one address."""

from pydantic import Field

from services.customer.addresses.schemas import PlaceType
from services.customer.customers.schemas import ContactType
from shared.schemas import Body, Country, Flag, Text, example
from web.bodies import kept


class ContactPointUpdate(Body):
    """A merge patch of a contact point: what is absent stays, null empties."""

    model_config = example(label="home", preferred=True)

    type: ContactType = kept()
    value: Text = kept()
    label: Text | None = None
    preferred: Flag = kept()


class AddressUpdate(Body):
    """A merge patch of an address: what is absent stays, null empties."""

    model_config = example(city="杭州", region=None)

    type: PlaceType = kept()
    lines: list[Text] | None = Field(default=None, max_length=10)
    district: Text | None = None
    city: Text | None = None
    region: Text | None = None
    postal_code: Text | None = None
    country: Country | None = None
