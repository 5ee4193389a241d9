"""Whom the customer in a path means."""

from starlette.requests import Request

from services.interaction.identities.actions import recognise
from services.interaction.identities.paths import key_in
from services.interaction.identities.people import Known
from services.interaction.records.actions import NOBODY
from services.interaction.records.answers import customers
from shared.auth import Principal, Visibility
from shared.errors import NotFound
from web.app import core


async def known_in(request: Request, principal: Principal, customer: str) -> Known:
    """Return who a customer is; NotFound if neither we nor the customer service know one to be seen."""
    key = key_in(customer)
    if key is None:
        raise NotFound(NOBODY)
    closely = principal.visibility is not Visibility.ALL
    people = await recognise(core(request).database.pool, customers(request), [key], closely=closely)
    who = people.told.get(key) or people.known.get(key)
    if who is None or who.deleted or not who.seen_by(principal):
        raise NotFound(NOBODY)
    return who
