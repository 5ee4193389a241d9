"""Routes of one kept record: those that are called for, each with its policy; what they do, slices test."""

from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter
from fastapi.routing import APIRoute

from keeping.keeper import Keeper
from keeping.routes import KeptRoutes
from shared.errors import Conflict, NotFound
from shared.schemas import Body, Read
from tests.feed.things import FEED, Thing
from web.hot import Plan
from web.openapi import policies


class ThingRead(Read):
    """A thing."""

    id: UUID


class ThingUpdate(Body):
    """What of it may change."""

    value: int = 0


class NoThing(NotFound):
    """There is no such thing."""

    code = "no_thing"


def declared() -> tuple[APIRouter, KeptRoutes]:
    router = APIRouter(prefix="/v1/things")
    things = Keeper(FEED, "thing", Thing, lambda t: sa.func.to_jsonb(t.id), absent=NoThing)
    return router, KeptRoutes(router, "/{thing_id}", things, ThingRead, scope="things", problems=[Conflict])


def found(router: APIRouter) -> list[APIRoute]:
    return [route for route in router.routes if isinstance(route, APIRoute)]


def test_a_slice_has_the_routes_that_it_calls_for() -> None:
    router, one = declared()
    one.get("Show a thing.")
    one.history()
    assert [(route.name, route.path) for route in found(router)] == [
        ("get_thing", "/v1/things/{thing_id}"),
        ("get_thing_history", "/v1/things/{thing_id}/history"),
    ]


def test_reading_and_writing_take_their_scopes_and_tell_their_problems() -> None:
    router, one = declared()
    one.get("Show a thing.")
    one.patch(ThingUpdate)
    one.delete("Drop a thing.")
    one.history()
    told = {route.name: (policies(route), sorted(route.responses)) for route in found(router)}
    assert told == {
        "get_thing": (["things:read"], [404]),
        "update_thing": (["things:write"], [404, 409, 412, 428]),
        "delete_thing": (["things:write"], [404, 409, 412, 428]),
        "get_thing_history": (["things:read"], [404]),
    }
    assert all("no_thing" in route.responses[404]["description"] for route in found(router))


def test_a_patch_takes_the_body_of_its_own_kind() -> None:
    router, one = declared()
    one.patch(ThingUpdate)
    (route,) = found(router)
    body = Plan(route).body
    assert body is not None
    assert body.field_info.annotation is ThingUpdate
