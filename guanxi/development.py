"""The development client: owns the API key that `guanxi up` makes and prints."""

import hashlib

import asyncpg

NAME = "development"
SHOWN = 11  # letters by which people recognise a key
_REGISTER = """
with client as (
    insert into gateway.clients (id, name, principal_id, scopes, visibility, source)
    values (gen_random_uuid(), $2, $2, array['*'], 'all', $2)
    returning id)
insert into gateway.api_keys (digest, client_id, prefix) select $1, id, $3 from client
"""


async def register(url: str, key: str) -> None:
    """Let the key in: all scopes, all records. Only its digest is written; once."""
    digest = hashlib.sha256(key.encode()).digest()
    owner = await asyncpg.connect(url)
    try:
        async with owner.transaction():
            # Of two systems that start at once on one database with one key, the second finds it.
            await owner.execute("lock table gateway.api_keys in share row exclusive mode")
            if not await owner.fetchval(
                "select exists (select from gateway.api_keys where digest = $1)", digest
            ):
                await owner.execute(_REGISTER, digest, NAME, key[:SHOWN])
    finally:
        await owner.close()
