"""The customer service's application."""

from fastapi import FastAPI

from feed.routes import feed_router
from services.customer.base import FEED
from services.customer.callers.routes import router as callers
from services.customer.contacts.resolving import router as resolving
from services.customer.contacts.routes import router as contacts
from services.customer.customers.queries import BRIEFLY, TOLD
from services.customer.customers.routes import router as customers
from services.customer.dates.queries import DATES
from services.customer.dates.routes import router as dates
from services.customer.duplicates.checking import Checker
from services.customer.duplicates.queries import TOLD as TOLD_OF_DUPLICATES
from services.customer.duplicates.routes import ROUTERS as DUPLICATES
from services.customer.fields.queries import FIELDS, SETTINGS
from services.customer.fields.routes import router as fields
from services.customer.graph.routes import router as graph
from services.customer.group_events.queries import ATTENDANCES, EVENTS
from services.customer.group_events.routes import router as group_events
from services.customer.groups.queries import GROUPS
from services.customer.groups.routes import router as groups
from services.customer.identities.routes import router as identities
from services.customer.memberships.queries import MEMBERSHIPS
from services.customer.memberships.routes import router as memberships
from services.customer.merges.queries import SURVIVORSHIP
from services.customer.merges.routes import router as merges
from services.customer.merges.waiting import undoable
from services.customer.relations.queries import RELATIONS
from services.customer.relations.routes import router as relations
from services.customer.search.routes import router as search
from services.customer.streaming.routes import router as streaming
from services.customer.tags.routes import router as tags
from shared.settings import Settings
from web.app import create_app


def build() -> FastAPI:
    """Return the application, as uvicorn's factory wants it."""
    told = {
        "customer": TOLD,
        "important_date": DATES.told,
        "custom_field": FIELDS.told,
        "custom_field_settings": SETTINGS.told,
        "survivorship": SURVIVORSHIP.told,
        **TOLD_OF_DUPLICATES,
        "relation": RELATIONS.told,
        "group": GROUPS.told,
        "membership": MEMBERSHIPS.told,
        "group_event": EVENTS.told,
        "group_attendance": ATTENDANCES.told,
    }
    routers = [
        customers,
        contacts,
        resolving,
        identities,
        dates,
        fields,
        tags,
        search,
        streaming,
        callers,
        merges,
        *DUPLICATES,
        relations,
        graph,
        groups,
        memberships,
        group_events,
        feed_router(FEED, told, {"customer": BRIEFLY}),
    ]
    app = create_app(Settings.of("customer"), title="guanxi: customer", routers=routers)
    app.state.checker = Checker()
    app.state.undoable = undoable()
    return app
