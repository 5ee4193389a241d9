"""The interaction service's application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from feed.routes import feed_router
from services.interaction.accounts.routes import router as accounts
from services.interaction.balance.routes import router as balance
from services.interaction.balance.target_routes import router as targets
from services.interaction.balance.targets import TARGETS
from services.interaction.base import FEED
from services.interaction.calls.ringing import Rings
from services.interaction.calls.routes import router as calls
from services.interaction.campaigns.routes import ROUTERS as CAMPAIGN_ROUTERS
from services.interaction.channels.queries import CHANNELS
from services.interaction.channels.routes import router as channels
from services.interaction.contacts.routes import router as contacts
from services.interaction.costs.routes import ROUTERS as COST_ROUTERS
from services.interaction.costs.telling import TOLD as ALLOCATED
from services.interaction.costs.weigher import KIND as ALLOCATION
from services.interaction.credit_notes.routes import router as credit_notes
from services.interaction.deliveries.routes import ROUTERS as DELIVERY_ROUTERS
from services.interaction.holds.actions import HOLDS
from services.interaction.holds.routes import ROUTERS as HOLD_ROUTERS
from services.interaction.identities import queries as identities
from services.interaction.identities.asking import Customers
from services.interaction.inbox.routes import router as inbox
from services.interaction.interactions.routes import router as interactions
from services.interaction.kinds import KINDS
from services.interaction.mail.import_routes import ROUTERS as MAIL_IMPORTS
from services.interaction.mail.queries import SETTINGS as MAIL_SETTINGS
from services.interaction.mail.routes import router as mail
from services.interaction.mail.settings_routes import router as mail_settings
from services.interaction.mail.thread_routes import router as threads
from services.interaction.objections.routes import ROUTERS as OBJECTION_ROUTERS
from services.interaction.orders.routes import ROUTERS as ORDER_ROUTERS
from services.interaction.payments.routes import router as payments
from services.interaction.products.routes import ROUTERS as PRODUCT_ROUTERS
from services.interaction.promises.routes import ROUTERS as PROMISE_ROUTERS
from services.interaction.rates.routes import router as rates
from services.interaction.records.actions import statements
from services.interaction.retention.routes import ROUTERS as RETENTION
from services.interaction.retention.rules import RULES
from services.interaction.returns.routes import router as returns
from services.interaction.timeline.routes import router as timeline
from services.interaction.webhooks.queries import SOURCES
from services.interaction.webhooks.routes import ROUTERS as WEBHOOKS
from shared.auth import Principal
from shared.settings import Settings
from web.app import create_app
from web.clients import ServiceClient

ASKING = Principal.of_service("interaction", "customers:read", "feed:read")


def build() -> FastAPI:
    """Return the application, as uvicorn's factory wants it."""
    told = {kind.name: statements(kind).told for kind in KINDS}
    told |= {"identity": identities.TOLD, "channel": CHANNELS.told, "mail_settings": MAIL_SETTINGS.told}
    told["webhook_source"] = SOURCES.told
    told[ALLOCATION] = ALLOCATED
    told["contact_target"] = TARGETS.told
    told |= {"retention_rule": RULES.told, "retention_hold": HOLDS.told}
    feed = feed_router(FEED, told)
    sold = [*PRODUCT_ROUTERS, *ORDER_ROUTERS, *DELIVERY_ROUTERS]
    owed = [payments, returns, credit_notes, accounts, rates]
    spent = [*COST_ROUTERS, *CAMPAIGN_ROUTERS]
    said = [*PROMISE_ROUTERS, *OBJECTION_ROUTERS]
    sent = [mail, mail_settings, threads, *MAIL_IMPORTS, *WEBHOOKS]
    looked_at = [timeline, contacts, inbox, balance, targets, calls]
    kept = [*RETENTION, *HOLD_ROUTERS]
    routers = [interactions, channels, *said, *sold, *owed, *spent, *sent, *looked_at, *kept, feed]
    settings = Settings.of("interaction")
    return create_app(settings, title="guanxi: interaction", routers=routers, lifespan=_asking)


@asynccontextmanager
async def _asking(app: FastAPI) -> AsyncIterator[None]:
    """Hold the client with which writers ask the customer service, and the ear for calls that ring."""
    held = app.state.core
    async with ServiceClient(held.settings.peers["customer"], held.signer, ASKING) as client:
        app.state.customers, app.state.rings = Customers(client), Rings(held)
        held.database.at_close.append(app.state.rings.close)
        yield
