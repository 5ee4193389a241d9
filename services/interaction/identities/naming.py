"""The statements that keep the names of customers: each leads to the id that new facts under it get."""

from sqlalchemy import Text, Uuid, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from services.interaction.identities.models import ExternalIdentity
from services.interaction.identities.projection import FOLDED, PROJECTING, gone, rows
from shared.statements import Statement

_names = rows("names", system=Text, external_id=Text, customer_id=Uuid)
_same_name = and_(
    ExternalIdentity.system == _names.c.system, ExternalIdentity.external_id == _names.c.external_id
)
# The name of a record that was merged leads to that record: facts that come under it go back on an undo.
_its_own = (
    select(FOLDED.c.id)
    .where(FOLDED.c.id == ExternalIdentity.customer_id, FOLDED.c.into == _names.c.customer_id)
    .correlate(ExternalIdentity, _names)
    .exists()
)
_other = and_(_same_name, ~_its_own)

# Names that are new; those that others are just giving to a stranger are waited for.
NAME = Statement(
    insert(ExternalIdentity)
    .from_select(["system", "external_id", "customer_id"], select(*_names.c))
    .on_conflict_do_nothing()
)
# Names that lead to somebody else so far: locked, and whom they lead to.
OTHERS = Statement(
    select(ExternalIdentity.customer_id.label("original_id"), _names.c.customer_id)
    .join_from(ExternalIdentity, _names, _other)
    .order_by(ExternalIdentity.system, ExternalIdentity.external_id)
    .with_for_update(of=ExternalIdentity)
)
TURN = Statement(update(ExternalIdentity).where(_other).values(customer_id=_names.c.customer_id))
# Names that their customers no longer have. Those of a customer that is gone are kept, and lead nowhere: it
# may turn out to be merged.
FORGET = Statement(
    delete(ExternalIdentity).where(
        ExternalIdentity.customer_id.in_(select(FOLDED.c.id)),
        ~select(_names.c.system).where(_same_name).correlate(ExternalIdentity).exists(),
    )
)
UNNAME = Statement(
    delete(ExternalIdentity).where(ExternalIdentity.customer_id.in_(gone())), unguarded=PROJECTING
)
