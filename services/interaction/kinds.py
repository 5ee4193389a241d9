"""Every kind of record that interaction keeps: what its feed tells of, and what rules of retention name."""

from services.interaction.calls.kind import CALLS
from services.interaction.campaigns.kind import CAMPAIGNS
from services.interaction.campaigns.members import MEMBERS
from services.interaction.costs.kinds import COSTS, SHARED_COSTS
from services.interaction.credit_notes.kind import CREDIT_NOTES
from services.interaction.deliveries.kind import DELIVERIES
from services.interaction.interactions.kind import INTERACTIONS
from services.interaction.objections.kind import OBJECTIONS
from services.interaction.orders.kind import ORDERS
from services.interaction.payments.kind import PAYMENTS
from services.interaction.products.kind import PRODUCTS
from services.interaction.promises.kind import PROMISES, PUBLICITY_CLAIMS
from services.interaction.rates.kind import RATES
from services.interaction.records.kinds import Kind
from services.interaction.returns.kind import RETURNS

_SOLD = (PRODUCTS, ORDERS, PAYMENTS, RETURNS, DELIVERIES, CREDIT_NOTES, RATES)
_SPENT = (COSTS, SHARED_COSTS, CAMPAIGNS, MEMBERS)
_SAID = (INTERACTIONS, CALLS, PROMISES, PUBLICITY_CLAIMS, OBJECTIONS)
KINDS: tuple[Kind, ...] = (*_SOLD, *_SPENT, *_SAID)
