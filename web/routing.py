"""Finding the route of a request: a tree of path segments, literal ones before parameters."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import MethodNotAllowed, NotFound
from web.hot import Plan, methods

PLAIN_404 = "There is nothing at this path."


class Target:
    """What answers one method on one path."""

    def __init__(self, route: APIRoute) -> None:
        parts = route.path_format.split("/")
        if any(":" in part for part in route.path.split("/") if part.startswith("{")):
            raise TypeError(
                f"{route.path}: a parameter is one whole segment, and its type is that of the handler"
            )
        self.template, self.endpoint = route.path_format, route.endpoint
        self.names = [(index, part[1:-1]) for index, part in enumerate(parts) if part.startswith("{")]
        self.plan = Plan(route) if getattr(route.endpoint, "hot", False) else None
        self.app: ASGIApp = AsyncExitStackMiddleware(route.app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the plan of a hot route, by FastAPI otherwise."""
        if self.plan is None:
            await self.app(scope, receive, send)
        else:
            response = await self.plan.answer(Request(scope, receive, send))
            await response(scope, receive, send)


class Segment:
    """A place in the tree; `targets` are the methods of the path that ends here."""

    __slots__ = ("allow", "literal", "parameter", "targets")

    def __init__(self) -> None:
        self.literal: dict[str, Segment] = {}
        self.parameter: Segment | None = None
        self.targets: dict[str, Target] = {}
        self.allow = ""

    def add(self, route: APIRoute) -> None:
        """Put a route below this place."""
        at = self
        for part in route.path_format.split("/"):
            if part.startswith("{"):
                at.parameter = at.parameter or Segment()
                at = at.parameter
            else:
                at = at.literal.setdefault(part, Segment())
        target = Target(route)
        for method in methods(route):
            if method in at.targets:
                raise TypeError(f"{method} {route.path} is there twice")
            at.targets[method] = target
        if "GET" in at.targets:
            at.targets.setdefault("HEAD", at.targets["GET"])
        at.allow = ", ".join(sorted({*at.targets, "OPTIONS"}))

    def find(self, parts: list[str], index: int = 0) -> "Segment | None":
        """Return where a path ends: by its literal segments if it can, by parameters if it must."""
        if index == len(parts):
            return self if self.targets else None
        part = parts[index]
        literal = self.literal.get(part)
        found = literal.find(parts, index + 1) if literal is not None else None
        if found is None and self.parameter is not None and part:
            found = self.parameter.find(parts, index + 1)
        return found


class Dispatcher:
    """Finds a request's route; answers OPTIONS, 404 and 405; what is not HTTP goes to `other`."""

    def __init__(self, routes: Iterable[APIRoute], other: ASGIApp) -> None:
        self.tree, self.other = Segment(), other
        for route in routes:
            self.tree.add(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or raise the problem that it meets."""
        if scope["type"] != "http":
            await self.other(scope, receive, send)
            return
        parts = _parts(scope)
        found = self.tree.find(parts)
        if found is None:
            raise NotFound(PLAIN_404)
        target = found.targets.get(scope["method"])
        if target is None:
            scope["route"] = next(iter(found.targets.values())).template
            await self._other_method(found.allow, scope, receive, send)
            return
        scope["route"], scope["endpoint"] = target.template, target.endpoint
        scope["path_params"] = {name: parts[index] for index, name in target.names}
        await target(scope, receive, send)

    @staticmethod
    async def _other_method(allow: str, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "OPTIONS":
            raise MethodNotAllowed(f"Allowed here: {allow}.", headers={"Allow": allow})
        await Response(status_code=204, headers={"Allow": allow})(scope, receive, send)


def _parts(scope: Scope) -> list[str]:
    """Split the path before it is decoded, so that an encoded slash stays inside its segment."""
    raw: Any = scope.get("raw_path") or quote(scope["path"]).encode()
    try:
        parts = (
            [unquote_to_bytes(part).decode() for part in raw.split(b"/")]
            if b"%" in raw
            else raw.decode().split("/")
        )
    except UnicodeDecodeError:
        raise NotFound(PLAIN_404) from None
    if b"%00" in raw:
        raise NotFound(PLAIN_404)
    return parts
