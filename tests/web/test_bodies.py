"""Bodies and queries: what is not strict JSON, or cannot be stored, is refused by name."""

import httpx
import pytest

from web.bodies import DEPTH, WIDEST

URL = "/v1/things"
MALFORMED = [
    b"{", b"NaN", b'{"name": 1e400}', b'{"name": -1e999}', b'{"name": "\\ud800"}', b"\xef\xbb\xbf{}",
    b'{"name": "\xff"}', b'{"name": "\x00"}', b"{'name': 1}", b"9" * 5000, b"[" * 2000, b'{"name": "n",}',
    b"[" * 20_000 + b"]" * 20_000, b"undefined", b"\x00",
]  # fmt: skip


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
async def test_what_is_not_json_says_where(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post(URL, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")
    assert isinstance(answer.json()["position"], int)


OTHER_TYPES = [
    "text/plain",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
    "",
    "application/jsonx",
    "application/merge-patch+json",
    "application/json; charset=gbk",
]


@pytest.mark.parametrize("kind", OTHER_TYPES)
async def test_another_content_type_is_refused(api: httpx.AsyncClient, kind: str) -> None:
    answer = await api.post(URL, content=b'{"name":"n"}', headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/merge-patch+json", "Application/JSON; charset=UTF-8"])
async def test_a_patch_may_be_a_merge_patch(api: httpx.AsyncClient, kind: str) -> None:
    answer = await api.patch(URL + "/x", content=b'{"a": 1}', headers={"content-type": kind})
    assert answer.json()["body"] == {"a": 1}


async def test_every_nul_is_pointed_to(api: httpx.AsyncClient) -> None:
    body = b'{"a": "\\u0000", "b": [1, {"c/d": "x\\u0000"}], "e\\u0000": {"g": "\\u0000"}, "f": "\\\\u0000"}'
    answer = await api.patch(URL + "/x", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/a", "/b/1/c~1d", "", "/e/g"]


async def test_a_backslash_before_u0000_is_no_nul(api: httpx.AsyncClient) -> None:
    answer = await api.patch(URL + "/x", json={"f": "\\u0000"})
    assert answer.json()["body"] == {"f": "\\u0000"}


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64, 10**30])
async def test_an_integer_that_would_be_rounded_is_pointed_to(api: httpx.AsyncClient, number: int) -> None:
    answer = await api.patch(URL + "/x", json={"a": [1, number], "b": str(number)})
    assert answer.status_code == 422
    said = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert said == [("/a/1", "integer_too_large")]


async def test_the_longest_integers_and_long_floats_are_kept(api: httpx.AsyncClient) -> None:
    sent = {"a": 2**63 - 1, "b": -(2**63), "c": 0.1234567890123456789, "d": 1e30}
    answer = await api.patch(URL + "/x", json=sent)
    assert answer.json()["body"] == sent


@pytest.mark.parametrize(("levels", "status"), [(DEPTH, 200), (DEPTH + 1, 422)])
async def test_depth_is_bounded(api: httpx.AsyncClient, levels: int, status: int) -> None:
    nested = b'{"a":' * (levels - 1) + b'{"[": "[[[["}' + b"}" * (levels - 1)
    answer = await api.patch(URL + "/x", content=nested, headers={"content-type": "application/json"})
    assert answer.status_code == status


async def test_a_wide_body_is_not_a_deep_one(api: httpx.AsyncClient) -> None:
    answer = await api.patch(URL + "/x", json={"a": [[] for _ in range(1000)]})
    assert answer.status_code == 200


@pytest.mark.parametrize(("members", "status"), [(WIDEST, 200), (WIDEST + 1, 422)])
async def test_width_is_bounded(api: httpx.AsyncClient, members: int, status: int) -> None:
    inside = [{"b": {f"k{number}": 1 for number in range(members)}}]
    answer = await api.patch(URL + "/x", json={"a": inside})
    assert answer.status_code == status


@pytest.mark.parametrize(
    "query",
    ["limit=%00", "%00=1", "tag=%ff", "tag=%ED%A0%80", "&".join(f"tag={n}" for n in range(200)), "%ff"],
)
async def test_a_query_that_is_no_text_is_refused(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f"{URL}?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_plus_is_a_space_and_escapes_are_text(api: httpx.AsyncClient) -> None:
    assert (await api.get(f"{URL}?tag=a+b&tag=%2B%E5%BC%A0")).json()["tag"] == ["a b", "+张"]
