"""Every table of the interaction schema, gathered for its migrations."""

from services.interaction.base import Base
from services.interaction.calls.models import Call, CallEvent
from services.interaction.identities.models import ExternalIdentity, Identity
from services.interaction.interactions.models import Interaction
from services.interaction.orders.models import Order
from services.interaction.payments.models import Payment
from services.interaction.products.models import Product
from services.interaction.returns.models import Return
from services.interaction.sources.models import SourceKey

MODELS = (
    ExternalIdentity,
    Identity,
    SourceKey,
    Product,
    Interaction,
    Order,
    Payment,
    Return,
    Call,
    CallEvent,
)
metadata = Base.metadata
