"""Whose timeline is asked for, by any id or name of the customer."""

from starlette.requests import Request

from services.interaction.identities.actions import recognise
from services.interaction.identities.people import Key, Known
from services.interaction.records.answers import customers
from shared.auth import Principal, Visibility
from shared.errors import NotFound
from web.app import core

NOBODY = "No such customer, or none that you may see."


async def found(request: Request, principal: Principal, key: Key | None) -> Known:
    """Return who a key means; NotFound if neither we nor the customer service know one to be seen."""
    if key is None:
        raise NotFound(NOBODY)
    closely = principal.visibility is not Visibility.ALL
    people = await recognise(core(request).database.pool, customers(request), [key], closely=closely)
    who = people.told.get(key) or people.known.get(key)
    if who is None or who.deleted or not who.seen_by(principal):
        raise NotFound(NOBODY)
    return who
