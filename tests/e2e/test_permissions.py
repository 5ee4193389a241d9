"""Who may do what: every operation of the document, asked by everybody who should not get what it gives."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e import asking, world
from tests.e2e.asking import Asked
from tests.e2e.samples import Document
from tests.e2e.system import System, running
from tests.e2e.world import CANARIES, Names
from tests.support.tls import TLS

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(\+00:00|Z)")
OPEN = {"GET /v1/me"}  # for whoever has a key
REVOKED_WITHIN_S = 5.0
STRANGERS = ("other owner", "other department", "no department")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system of its own: the corpus of bad input leaves settings and rates in the one of the folder."""
    with running(tmp_path_factory.mktemp("permissions") / "home") as up:
        yield up


@pytest.fixture(scope="module")
def api(system: System) -> Iterator[httpx.Client]:
    """A client with the development key of that system."""
    with system.client() as client:
        yield client


@pytest.fixture(scope="module")
def document(api: httpx.Client) -> Document:
    """The merged document of the running system."""
    found: Document = api.get("/openapi.json").raise_for_status().json()
    return found


@pytest.fixture(scope="module")
def somebody(api: httpx.Client) -> Names:
    """A customer that only those see who see everything."""
    return world.make(api)


@pytest.fixture(scope="module")
def people(api: httpx.Client, system: System) -> Iterator[dict[str, httpx.Client]]:
    """Clients of every kind, with keys of their own."""
    everything = ["*"]
    wanted: dict[str, dict[str, Any]] = {
        "other owner": {"scopes": everything, "visibility": "own"},
        "other department": {"scopes": everything, "visibility": "department", "department": "elsewhere"},
        "no department": {"scopes": everything, "visibility": "own", "principal_id": f"u-{uuid4().hex[:6]}"},
        "masked": {"scopes": everything, "personal_data": "masked"},
        "wrong scope": {"scopes": ["nothing:read"]},
        "revoked": {"scopes": everything},
    }
    with ExitStack() as stack:
        found = {"nobody": stack.enter_context(httpx.Client(base_url=system.address, timeout=60, verify=TLS))}
        for name, rights in wanted.items():
            made = api.post("/v1/api-clients", json={"name": name, **rights}).raise_for_status().json()
            found[name] = stack.enter_context(_client(system, made["key"]))
            if name == "revoked":
                assert found[name].get("/v1/customers").status_code == 200
                api.delete(f"/v1/api-clients/{made['id']}/keys/{made['keys'][0]['id']}").raise_for_status()
        found["a wrong key"] = stack.enter_context(_client(system, "gx_" + "x" * 32))
        yield found


def _client(system: System, key: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=system.address, headers=headers, timeout=60, verify=TLS)


def send(client: httpx.Client, asked: Asked, tag: str = '"1"') -> httpx.Response:
    body = asked.body()
    body["headers"]["If-Match"] = tag
    return client.request(asked.method, asked.url, params=asked.params, **body)


def plain(answer: httpx.Response) -> tuple[int, str]:
    """Return an answer without what differs from request to request: ids, times, and what was asked for."""
    text = TIME.sub("<time>", UUID.sub("<id>", answer.text))
    text = re.sub(r'"(trace_id|instance|next|cursor|gini)":"[^"]*"', "", text)
    return answer.status_code, re.sub(r"[FA]-[0-9a-f]{12}|[fa]-[0-9a-f]{6}|N-[0-9a-f]{12}", "<name>", text)


def test_who_has_the_version_is_not_sent_it_again(
    api: httpx.Client, document: Document, somebody: Names
) -> None:
    saved, wrong = 0, list[str]()
    for asked in asking.everything(document, somebody):
        answer = send(api, asked) if asked.method == "get" else None
        if answer is None or answer.status_code != 200:
            continue
        told = document["paths"][asked.operation.partition(" ")[2].partition("?")[0]]["get"]["responses"]
        tag = answer.headers.get("etag")
        if (tag is None) is ("ETag" in told["200"].get("headers", {})):
            wrong.append(f"{asked.operation} has the tag {tag}, and the document says otherwise")
        elif tag is not None:
            held = {"If-None-Match": f'"other", W/{tag}'}
            again = api.get(asked.url, params=asked.params, headers=held).status_code
            saved += again == 304
            wrong += [] if (again == 304) is ("304" in told) else [f"{asked.operation} says {again} then"]
    assert not wrong
    assert saved > 20


@pytest.mark.parametrize("who", ["nobody", "a wrong key", "revoked"])
def test_without_credentials_there_is_no_answer(
    people: dict[str, httpx.Client], document: Document, somebody: Names, who: str
) -> None:
    until = time.monotonic() + REVOKED_WITHIN_S
    while people[who].get("/v1/customers").status_code != 401:
        assert time.monotonic() < until
    for asked in asking.everything(document, somebody):
        answer = send(people[who], asked)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), asked.operation


def test_an_expired_key_is_none(
    api: httpx.Client, system: System, document: Document, somebody: Names
) -> None:
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    made = api.post("/v1/api-clients", json={"name": "brief", "scopes": ["*"], "expires_at": soon}).json()
    with _client(system, made["key"]) as brief:
        assert brief.get("/v1/customers").status_code == 200
        time.sleep(3)
        for asked in asking.everything(document, somebody):
            assert send(brief, asked).status_code == 401, asked.operation


def test_without_the_scope_nothing_is_done(
    people: dict[str, httpx.Client], document: Document, somebody: Names
) -> None:
    for asked in asking.everything(document, somebody):
        answer = send(people["wrong scope"], asked)
        wanted = 200 if asked.operation in OPEN else 403
        assert answer.status_code == wanted, f"{asked.operation}: {answer.text}"
        assert wanted == 200 or answer.json()["code"] == "forbidden", asked.operation


@pytest.mark.parametrize("who", STRANGERS)
def test_what_is_foreign_answers_as_if_it_were_absent(
    people: dict[str, httpx.Client], document: Document, somebody: Names, who: str
) -> None:
    nobody = world.absent(somebody)
    pairs = zip(asking.everything(document, somebody), asking.everything(document, nobody), strict=True)
    for foreign, absent in pairs:
        if asking.changes_who_asks(foreign):
            continue
        answer, other = send(people[who], foreign), send(people[who], absent)
        if asking.of_customers(foreign) and plain(answer) != plain(other):
            assert foreign.method == "get", foreign.operation
            # The feed may have moved in between; then it is as before that, or as after it.
            assert plain(send(people[who], foreign)) == plain(other), foreign.operation
        assert not [each for each in CANARIES if each in answer.text], foreign.operation
        if foreign.method == "get" and not foreign.params:
            assert somebody.external_id not in answer.text, foreign.operation


def test_masked_data_is_nowhere(people: dict[str, httpx.Client], document: Document, somebody: Names) -> None:
    read = 0
    for asked in asking.everything(document, somebody):
        if asking.changes_who_asks(asked) or asked.method == "delete":
            continue
        for body in (asked.json, asking.without_personal(asked)):
            answer = send(
                people["masked"], Asked(asked.operation, asked.method, asked.url, asked.params, body)
            )
            assert answer.status_code < 500, asked.operation
            assert not [each for each in CANARIES if each in answer.text], f"{asked.operation}: {answer.text}"
            read += answer.status_code < 300 and somebody.ids["customer"] in answer.text
    assert read > 10


@pytest.mark.parametrize("who", STRANGERS)
def test_sums_and_lists_hold_only_what_is_seen(
    people: dict[str, httpx.Client], api: httpx.Client, somebody: Names, who: str
) -> None:
    assert api.get("/v1/tiers").json()["customers"] >= 60
    assert people[who].get("/v1/tiers").json()["customers"] == 0
    for path in (
        "scores",
        "orders",
        "payments",
        "returns",
        "deliveries",
        "credit-notes",
        "costs",
        "promises",
        "objections",
        "interactions",
    ):
        assert people[who].get(f"/v1/{path}").json()["items"] == [], path
    told = people[who].get("/v1/changes?limit=2000").json()["items"]
    of_nobody = (
        "product_id",
        "field_id",
        "exchange_rate_id",
        "shared_cost_id",
        "campaign_id",
        "publicity_claim_id",
        "retention_rule_id",
        "estimators_id",
    )
    about_nobody = {somebody.ids[name] for name in of_nobody}
    assert not {change["subject"] for change in told} & set(somebody.ids.values()) - about_nobody


def test_no_answer_of_the_matrix_was_empty_because_nothing_was_there(
    api: httpx.Client, document: Document
) -> None:
    """The same requests, by who may: they do what they ask for, down to removing the records."""
    somebody, shown = world.make(api), set()
    for asked in asking.everything(document, somebody):
        if asking.changes_who_asks(asked):
            continue
        whole = f"/v1/customers/{somebody.ids['customer']}"  # of whose version its parts are
        above = asked.url.rpartition("/")[0]  # what an action is about
        tags = (api.get(url).headers.get("etag") for url in (asked.url, above, whole))
        tag = next(filter(None, tags), '"1"')
        answer = send(api, asked, tag)
        fine = answer.status_code < 300 or answer.json()["code"] in {
            "run_ended",
            "job_ended",
            "bad_signature",
            "no_champion",  # so few customers fit nothing
            "many_curves",  # of a fit by groups, which the settings ask for
        }
        assert fine, f"{asked.operation}: {answer.status_code} {answer.text}"
        assert '"rejected":1' not in answer.text, f"{asked.operation}: {answer.text}"
        shown |= {each for each in CANARIES if each in answer.text}
    assert shown == set(CANARIES)


def test_no_log_holds_a_canary(system: System, somebody: Names) -> None:
    log = system.home.with_name(f"{system.home.name}.log").read_text()
    assert somebody.external_id
    assert not [each for each in CANARIES if each in log]
