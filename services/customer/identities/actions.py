"""What changes one identity of a customer: adding it and removing it."""

from services.customer.customers import names
from services.customer.customers.desk import Desk
from services.customer.customers.names import Name
from services.customer.customers.references import Reference
from services.customer.identities.problems import IdentityNotFound
from shared.database import Transaction
from web.etag import Condition
from web.once import Answer


async def add(tx: Transaction, reference: Reference, name: Name) -> Answer:
    """Let a name lead to a customer; 200 when it does already."""
    desk = Desk(tx)
    draft = await desk.pick(reference, (name,))
    added = desk.change(draft, {"identities": names.identities(draft.names | {name})})
    await desk.store()
    (identity,) = names.identities((name,))
    return Answer(identity, 201 if added else 200, draft.version, subjects=(draft.id,))


async def remove(tx: Transaction, reference: Reference, name: Name, condition: Condition) -> Answer:
    """Let a name lead nowhere."""
    desk = Desk(tx)
    draft = await desk.pick(reference, condition=condition)
    if name not in draft.names:
        raise IdentityNotFound
    await desk.check(draft, condition)
    desk.change(draft, {"identities": names.identities(draft.names - {name})})
    await desk.store()
    return Answer(None, 204, subjects=(draft.id,))
