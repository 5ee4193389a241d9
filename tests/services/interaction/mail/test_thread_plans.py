"""A thread is found by its index: it costs what it holds, however many other contacts there are."""

from uuid import uuid4

from services.interaction.mail.queries import OF_THREAD
from shared.auth import Principal, Visibility
from tests.support.running import Running


async def test_contacts_of_a_thread_are_read_by_its_index(interaction: Running) -> None:
    thread = uuid4()
    given = {"thread": str(thread), "id": thread, "limit": 51}
    async with interaction.database.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off")  # the tables of a test are small
        for visibility in (Visibility.ALL, Visibility.OWN):
            principal = Principal("u-1", frozenset(("interactions:read",)), visibility)
            asked = given | ({} if visibility is Visibility.ALL else {"principal_id": principal.id})
            statement = OF_THREAD.statement(principal, asked)
            rows = await connection.fetch(f"explain {statement.sql}", *statement.arguments(asked))
            plan = "\n".join(row[0] for row in rows)
            assert "Seq Scan on interactions" not in plan
            assert "ix_interactions_thread_id" in plan
