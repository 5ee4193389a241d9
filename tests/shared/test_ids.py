"""UUIDv7: well formed, in order, never twice."""

import time
from concurrent.futures import ThreadPoolExecutor

from shared.ids import uuid7


def test_ids_rise_and_say_what_they_are() -> None:
    ids = [uuid7() for _ in range(20_000)]
    assert ids == sorted(ids)
    assert {(i.version, i.variant) for i in ids} == {(7, "specified in RFC 4122")}
    assert abs((ids[0].int >> 80) - time.time() * 1000) < 60_000


def test_threads_never_share_one() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: [uuid7() for _ in range(5_000)], range(4)))
    assert len({i for ids in made for i in ids}) == 20_000
    assert all(ids == sorted(ids) for ids in made)
