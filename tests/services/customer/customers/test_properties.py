"""Properties over HTTP: patches are RFC 7396's, and a batch is the sequence of its rows."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from shared.diff import same
from shared.patch import merge
from tests.support.running import Running

pytestmark = pytest.mark.timeout(300)
few = settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),  # to explain, it traces everything
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "b", "c,d", "e.f", ""]), inner, max_size=3)
    ),
    max_leaves=6,
)
patches = st.dictionaries(st.sampled_from(["a", "b", "c"]), json, max_size=3)
words = st.none() | st.sampled_from(["East", "West"])
rows = st.fixed_dictionaries(
    {"who": st.integers(0, 2)},
    optional={
        "region": words,
        "owner": words,
        "tags": st.lists(st.sampled_from("xy"), max_size=2),
        "contact_points": st.lists(
            st.sampled_from(["13800138000", "138 0013 8000", "none"]).map(
                lambda v: {"type": "phone", "value": v}
            ),
            max_size=2,
        ),
        "acquisition": st.none() | st.fixed_dictionaries({}, optional={"source": words, "campaign": words}),
        "attributes": patches,
        "also": st.integers(0, 2),
        "kind": st.sampled_from(["person", "organization", "dog"]),
        "if_version": st.integers(1, 3),
    },
)


@given(st.lists(patches, min_size=1, max_size=4))
@few
async def test_attributes_follow_merge_patch(customer: Running, each: list[dict[str, Any]]) -> None:
    async with customer.client() as client:
        created = (await client.post("/v1/customers", json={"name": "x"})).json()
        path, version, expected = f"/v1/customers/{created['id']}", 1, {}
        for patch in each:
            changed = merge(expected, patch)
            following = version + (not same(changed, expected))
            answer = await client.patch(
                path, json={"attributes": patch}, headers={"If-Match": f'"{version}"'}
            )
            assert (answer.status_code, answer.json()["version"]) == (200, following)
            assert same(answer.json()["attributes"], changed)
            assert (await client.get(path)).json() == answer.json()
            version, expected = following, changed


@given(st.lists(rows, min_size=1, max_size=6))
@example([{"who": 0, "acquisition": {}}, {"who": 0, "acquisition": None}])
@few
async def test_a_batch_is_the_sequence_of_its_rows(customer: Running, each: list[dict[str, Any]]) -> None:
    async with customer.client() as client:
        together, alone = (Side(client, [dict(row) for row in each]) for _ in range(2))
        assert await together.write(together.rows) == [
            result for row in alone.rows for result in await alone.write([row])
        ]
        assert await together.read() == await alone.read()


class Side:
    """One of two ways to write the same rows, with three customers of its own."""

    def __init__(self, client: httpx.AsyncClient, rows: list[dict[str, Any]]) -> None:
        self.client, self.names = client, [uuid4().hex for _ in range(3)]
        self.rows = [self._row(row) for row in rows]

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        whose = {row.pop("who"), row.pop("also", None)} - {None}
        identities = [{"system": "erp", "id": self.names[who]} for who in sorted(whose)]
        return {"name": "x", **row, "identities": identities}

    async def write(self, rows: list[dict[str, Any]]) -> list[tuple[object, ...]]:
        answer = await self.client.post("/v1/customers/batch", json={"items": rows})
        assert answer.status_code == 200, answer.text
        return [
            (each["outcome"], each["version"], each["problem"] and each["problem"]["code"])
            for each in answer.json()["results"]
        ]

    async def read(self) -> list[object]:
        """Return the customers without what is never the same twice."""
        return [await self._document(f"/v1/customers/erp:{name}") for name in self.names]

    async def _document(self, path: str) -> object:
        answer = await self.client.get(path)
        if answer.status_code == 404:
            return None
        body = answer.json()
        points = [{**point, "id": None} for point in body["contact_points"]]
        names = sorted(self.names.index(identity["id"]) for identity in body["identities"])
        times = dict.fromkeys(("id", "created_at", "updated_at"))
        history = (await self.client.get(f"/v1/customers/{body['id']}/history")).json()["items"]
        changed = [sorted(step["changes"]) for step in history]
        return {**body, **times, "contact_points": points, "identities": names, "changed": changed}
