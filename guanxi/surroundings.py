"""What each process is told by its environment: its own database role and keys, and where its peers are."""

import os
import socket
from collections.abc import Mapping
from functools import cached_property

from guanxi.keys import key_folders
from guanxi.parts import PARTS, SERVICES, Part
from guanxi.places import Account, socket_folder
from guanxi.roles import Role, roles
from guanxi.secrets import Secrets
from guanxi.serve import unix
from guanxi.settings import Local

MARK = "GUANXI_SUPERVISED"  # its value is the home: a process with it belongs to a supervisor


class Surroundings:
    """The environments of one home's processes, on the owner's database."""

    def __init__(self, local: Local, owner_url: str) -> None:
        self.local, self.owner_url = local, owner_url
        self._keys = key_folders(local.home, tuple(part.name for part in PARTS))
        self.sockets = socket_folder(local.home / "run", Account(-1, -1))

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Each part's role."""
        return roles(self.owner_url, self.local.home, self.local.environ)

    def doors(self) -> dict[str, socket.socket]:
        """Open the services' sockets: they outlive their processes, so that nobody finds a door shut."""
        return {part.name: unix(self._path(part)) for part in SERVICES}

    def of(self, part: Part, doors: Mapping[str, socket.socket]) -> dict[str, str]:
        """Tell a part who it is, and on which socket it listens."""
        return {
            **self._all(),
            "GUANXI_KEYS": str(self._keys[part.name]),
            "GUANXI_SECRET": Secrets(self.local.home).cursor_secret,
            f"GUANXI_{part.name.upper()}_DATABASE_URL": self.roles[part.name].url,
            "GUANXI_LISTEN": f"fd:{doors[part.name].fileno()}",
            **{f"GUANXI_{peer.name.upper()}_URL": f"unix:{self._path(peer)}" for peer in SERVICES},
        }

    def of_owner(self) -> dict[str, str]:
        """Tell a process that owns the database."""
        own = {f"GUANXI_{role.schema.upper()}_DATABASE_URL": role.url for role in self.roles.values()}
        return {**self._all(), "GUANXI_DATABASE_URL": self.owner_url, **own}

    def _all(self) -> dict[str, str]:
        """Tell what concerns everyone; what was said to us, without anybody's password."""
        said = {key: value for key, value in os.environ.items() if not key.endswith("DATABASE_URL")}
        return {
            "GUANXI_COUNTRY": "CN",
            "GUANXI_CURRENCY": "CNY",
            "GUANXI_LOG": "text",
            "PYTHONUNBUFFERED": "1",
            **said,
            "GUANXI_HOME": str(self.local.home),
            MARK: str(self.local.home),
        }

    def _path(self, part: Part) -> str:
        return f"{self.sockets}/{part.name}.sock"
