"""What callers send to edit one contact point or one address, and to ask who holds some."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.customer.addresses.schemas import PlaceType
from services.customer.callers.numbers import Match
from services.customer.customers.schemas import ContactType
from shared.schemas import Body, Country, Flag, Read, Text, Whole, example
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


class ContactPointQuestion(Body):
    """A number or another address, in any written form; `country` is where it was written, else ours."""

    type: ContactType
    value: Text
    country: Country | None = None


class ContactPointQuestions(Body):
    """Up to a thousand numbers and addresses; `limit` is how many of the holders of each are told."""

    model_config = example(items=[{"type": "phone", "value": "138 0013 8000", "country": "CN"}])

    items: list[ContactPointQuestion] = Field(min_length=1, max_length=1_000)
    limit: Annotated[Whole, Field(ge=1, le=10)] = 2


class ContactPointHolder(Read):
    """A customer who has a number or address; `match` says by what reading of it."""

    customer_id: UUID
    match: Match


class ContactPointHolders(Read):
    """Who has one number or address, the surest reading first; `more` when not all of them are here."""

    holders: list[ContactPointHolder]
    more: bool


class ContactPointAnswers(Read):
    """One result for each number or address, in the order of the request."""

    results: list[ContactPointHolders]
