"""One database role per schema; owns their names, their passwords and what they may touch."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import asyncpg

from guanxi.parts import PARTS
from guanxi.secrets import Secrets

ROUNDS = 100_000  # of PBKDF2: a service knows its own password, the owner's may be a weak one
EXTENSIONS = ("pg_trgm", "btree_gin", "unaccent")
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Role:
    """Who a service is in the database; `url` holds name and password, `schema` is all it may touch."""

    schema: str
    url: str

    @property
    def name(self) -> str:
        """The role's name."""
        return unquote(urlsplit(self.url).username or "")

    @property
    def password(self) -> str:
        """The role's password."""
        return unquote(urlsplit(self.url).password or "")


def roles(owner_url: str, home: Path, environ: Mapping[str, str]) -> dict[str, Role]:
    """Answer each part's role: of GUANXI_<PART>_DATABASE_URL, else `guanxi_<part>` beside the owner.

    The passwords follow from the owner's, so that every system that knows the owner knows the roles, whatever
    its home and database; from a secret of the home where the owner needs no password.
    """
    secret = unquote(urlsplit(owner_url).password or "") or Secrets(home).roles_secret
    root = hashlib.pbkdf2_hmac("sha256", secret.encode(), b"guanxi roles", ROUNDS)
    found = {}
    for part in PARTS:
        name = f"guanxi_{part.name}"
        digest = hmac.digest(root, name.encode(), "sha256")
        derived = as_role(owner_url, name, base64.urlsafe_b64encode(digest).rstrip(b"=").decode())
        found[part.name] = Role(part.name, environ.get(f"GUANXI_{part.name.upper()}_DATABASE_URL") or derived)
    return found


def as_role(url: str, name: str, password: str) -> str:
    """Rewrite a database's URL for another role."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    query = [(key, value) for key, value in parse_qsl(parts.query) if key not in {"user", "password"}]
    login = f"{quote(name, safe='')}:{quote(password, safe='')}"
    return urlunsplit((parts.scheme, f"{login}@{place}", parts.path, urlencode(query, quote_via=quote), ""))


async def can_log_in(role: Role) -> bool:
    """Tell whether the role exists with this password."""
    try:
        connection = await asyncpg.connect(role.url)
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError):
        return False
    await connection.close()
    return True


async def grant(owner: asyncpg.Connection, wanted: Mapping[str, Role]) -> None:
    """Make the schemas, the roles and their rights: each on its own schema, on tables made later too."""
    for extension in EXTENSIONS:
        await owner.execute(f"create extension if not exists {extension} with schema public")
    for role in wanted.values():
        await _make(owner, role)
        name, schema = _quoted(role.name), _quoted(role.schema)
        rights = {"tables": "select, insert, update, delete", "sequences": "usage, select"}
        await owner.execute(
            f"create schema if not exists {schema}; revoke all on schema {schema} from public;"
            f" grant usage on schema {schema} to {name}"
        )
        for kind, right in rights.items():
            await owner.execute(f"grant {right} on all {kind} in schema {schema} to {name}")
            await owner.execute(
                f"alter default privileges in schema {schema} grant {right} on {kind} to {name}"
            )


async def _make(owner: asyncpg.Connection, role: Role) -> None:
    """Create the role; set its password when it has another. Roles are shared by the cluster's databases."""
    name, password = _quoted(role.name), role.password.replace("'", "''")
    known = "select exists (select from pg_roles where rolname = $1)"
    for attempt in range(ATTEMPTS):
        try:
            async with owner.transaction():
                if not await owner.fetchval(known, role.name):
                    await owner.execute(f"create role {name} login password '{password}'")
                elif not await can_log_in(role):
                    await owner.execute(f"alter role {name} login password '{password}'")
        except (asyncpg.UniqueViolationError, asyncpg.DuplicateObjectError, asyncpg.InternalServerError):
            # A system with another database of this cluster makes the same role at this moment.
            if attempt == ATTEMPTS - 1:
                raise
            await asyncio.sleep(0.1)
        else:
            return


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
