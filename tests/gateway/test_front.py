"""What the gateway shows without a key: whether it lives, the document, the docs."""

import re
from collections.abc import AsyncIterator

import pytest

from gateway import describing
from tests.conftest import Service
from tests.gateway.conftest import until
from tests.gateway.own import Own, standing
from tests.gateway.test_openapi import ROW, document


@pytest.fixture(scope="module")
async def own(service: Service) -> AsyncIterator[Own]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(describing, "SOON_S", 0.05)
        patch.setattr(describing, "LATER_S", 0.05)
        async with standing(service) as made:
            yield made


async def test_is_ready_once_all_have_been_and_stays_so(own: Own) -> None:
    services = own.running.app.state.services
    assert (await own.stranger().get("/readyz")).status_code == 200
    services.unready.add("scoring")
    answer = await own.stranger().get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (await own.stranger().get("/livez")).status_code == 200
    services.unready.clear()
    for fake in own.fakes.values():
        fake.ready = False
    assert (await own.stranger().get("/readyz")).status_code == 200


async def test_waits_for_the_services_by_itself(own: Own) -> None:
    services = own.running.app.state.services
    services.unready.add("scoring")
    own.fakes["scoring"].ready = True
    await services.await_ready()
    assert await services.ready_once()


async def test_the_document_grows_with_the_services_and_is_kept_when_they_go(own: Own) -> None:
    own.fakes["customer"].document = document(
        "/v1/customers", "list_customers", Row=ROW, Kind={"enum": ["a"]}
    )
    client = own.stranger()

    async def paths() -> set[str]:
        return set((await client.get("/openapi.json")).json()["paths"])

    await until(lambda: b"list_customers" in own.running.app.state.openapi)
    assert {"/v1/customers", "/v1/changes", "/v1/customers/{customer}/overview"} <= await paths()
    own.fakes["customer"].faults["/openapi.json"] = 503
    asked = len(own.fakes["customer"].asked)
    await until(lambda: len(own.fakes["customer"].asked) > asked + 1)
    assert "/v1/customers" in await paths()
    found = (await client.get("/openapi.json")).json()
    assert found["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"
    assert found["security"] == [{"apiKey": []}]
    assert found["openapi"] == "3.1.0"


async def test_the_docs_page_needs_no_network_and_may_not_use_any(own: Own) -> None:
    client = own.stranger()
    page = await client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert linked
    for path in linked:
        assert path.startswith("/")
        assert (await client.get(path)).status_code == 200
    script = (await client.get("/docs/page.js")).text
    assert not re.findall(r"https?://|innerHTML|eval\(", script)


async def test_metrics_name_routes_by_template(own: Own) -> None:
    reader = await own.client()
    await reader.get("/v1/customers/canary-4711")
    text = (await own.stranger().get("/metrics")).text
    assert 'route="/v1/customers/*"' in text
    assert "canary" not in text
