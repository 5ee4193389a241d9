"""Serving one part over HTTP; owns uvicorn's settings, the same here as anywhere else."""

import gc
import os
import resource
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import uvicorn

from guanxi.parts import part
from guanxi.readiness import tell_ready
from web.server import CLOSING, LINGER_S, Protocol

KEEP_ALIVE = 75  # seconds; longer than any client of ours keeps an idle connection: it meets no closed one
BACKLOG = 2048
CONNECTIONS = 65_536
GRACE = 2  # seconds for running requests when everything ends; a long poll may be asked again
DRAIN = 35  # seconds for running requests when only this process ends: longer than any of them may take


def allow_connections() -> None:
    """Raise the limit of open files, usually 1024: slow clients fill that soon."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS if most == resource.RLIM_INFINITY else min(CONNECTIONS, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, wanted), most))


def listener(environ: Mapping[str, str] = os.environ) -> socket.socket:
    """Open what GUANXI_LISTEN names: `unix:<path>`, `fd:<number>` or `<host>:<port>`."""
    default = f"{environ.get('GUANXI_HOST') or '127.0.0.1'}:{environ.get('GUANXI_PORT') or 8000}"
    where = environ.get("GUANXI_LISTEN") or default
    kind, _, rest = where.partition(":")
    if kind == "fd":
        return socket.socket(fileno=int(rest))
    if kind == "unix":
        return unix(rest)
    host, _, port = where.rpartition(":")
    return tcp(host, int(port))


def tcp(host: str, port: int) -> socket.socket:
    """Listen on a port; OSError when it is taken."""
    return socket.create_server(
        (host, port), backlog=BACKLOG, family=socket.AF_INET6 if ":" in host else socket.AF_INET
    )


def unix(path: str) -> socket.socket:
    """Listen under a name, in place of a process that is no more; the name changes hands in one step."""
    listening = socket.socket(socket.AF_UNIX)
    draft = f"{path}.{os.getpid()}"
    listening.bind(draft)
    listening.listen(BACKLOG)
    Path(draft).replace(path)
    return listening


def serve(name: str) -> int:
    """Answer requests until SIGTERM, which is a gentle end: whoever is connected gets one more answer.

    SIGINT is a quick one.
    """
    config = uvicorn.Config(
        f"{part(name).package}.main:build",
        factory=True,
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        backlog=BACKLOG,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )
    allow_connections()
    gc.disable()  # until all is imported: a tenth of the start
    _Server(config).run(sockets=[listener()])
    return 0


class _Server(uvicorn.Server):
    """Uvicorn's server that tells long polls when it was asked to end: it waits for them."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Let the collector begin with what requests make, and say that there is somebody to take them."""
        await super().startup(sockets)
        gc.freeze()
        gc.enable()
        tell_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        CLOSING.set()
        if sig == signal.SIGTERM:
            Protocol.linger_s, self.config.timeout_graceful_shutdown = LINGER_S, DRAIN
        super().handle_exit(sig, frame)
