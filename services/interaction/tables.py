"""Every table of the interaction schema, gathered for its migrations."""

from services.interaction.balance.models import ContactTarget, Rhythm
from services.interaction.base import Base
from services.interaction.calls.models import Call, CallEvent
from services.interaction.campaigns.models import Campaign, CampaignMember
from services.interaction.costs.models import Cost, SharedCost
from services.interaction.costs.shares import Share, Weighing
from services.interaction.credit_notes.models import CreditNote
from services.interaction.deliveries.models import Delivery
from services.interaction.employments.models import Employment
from services.interaction.holds.models import RetentionHold
from services.interaction.identities.models import ExternalIdentity, Identity
from services.interaction.inbox.models import Stranger
from services.interaction.interactions.models import Channel, Interaction
from services.interaction.mail.models import (
    MailOriginal,
    MailPart,
    MailReject,
    MailRow,
    MailSettings,
    Thread,
    ThreadMark,
)
from services.interaction.objections.models import Objection
from services.interaction.orders.models import Order
from services.interaction.payments.models import Payment
from services.interaction.products.models import Product
from services.interaction.promises.models import Promise, PublicityClaim
from services.interaction.rates.models import Rate
from services.interaction.retention.models import RetentionRule
from services.interaction.returns.models import Return
from services.interaction.sources.models import SourceKey
from services.interaction.webhooks.models import WebhookOriginal, WebhookSecret, WebhookSource

SALES = (Product, Order, Payment, Return, Delivery, CreditNote, Rate)
SPENT = (Cost, SharedCost, Weighing, Share, Campaign, CampaignMember)
MAIL = (MailRow, MailOriginal, Thread, ThreadMark, MailSettings, MailPart, MailReject)
WEBHOOKS = (WebhookSource, WebhookSecret, WebhookOriginal)
CONTACTS = (Channel, Interaction, Call, CallEvent, *MAIL, *WEBHOOKS)
KEPT = (Stranger, ContactTarget, Rhythm, Employment, RetentionRule, RetentionHold)
SAID = (Promise, PublicityClaim, Objection)
MODELS = (ExternalIdentity, Identity, SourceKey, *CONTACTS, *KEPT, *SALES, *SPENT, *SAID)
metadata = Base.metadata
