"""What hostile or broken callers send: whole bodies, values of fields, texts of parameters and headers."""

import gzip
import zlib
from typing import Any

CANARY = "canary-7f3a9"
_BOMB = gzip.compress(b"[" + b"0," * 5_000_000 + b"0]")
BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "empty": (b"", {}),
    "not json": (b"{" + CANARY.encode(), {}),
    "null": (b"null", {}),
    "a list": (b"[]", {}),
    "a string": (b'"x"', {}),
    "a number": (b"1", {}),
    "NaN": (b'{"attributes": {"a": NaN}}', {}),
    "Infinity": (b'{"attributes": {"a": -Infinity}}', {}),
    "1e400": (b'{"attributes": {"a": 1e400}}', {}),
    "5,000 digits": (b'{"version": ' + b"9" * 5000 + b"}", {}),
    "beyond int8": (b'{"version": 9223372036854775808, "rate": -9223372036854775809}', {}),
    "bad UTF-8": (b'{"name": "\xff\xfe"}', {}),
    "overlong UTF-8": (b'{"name": "\xc0\xaf"}', {}),
    "a raw surrogate": (b'{"name": "\xed\xa0\x80"}', {}),
    "UTF-16": ('{"name": "x"}'.encode("utf-16"), {}),
    "another charset": (b"{}", {"Content-Type": "application/json; charset=gb18030"}),
    "a BOM": (b"\xef\xbb\xbf{}", {}),
    "lone surrogate": (b'{"name": "\\ud800"}', {}),
    "NUL": (b'{"name": "a\\u0000b"}', {}),
    "NUL in a key": (b'{"a\\u0000b": 1}', {}),
    "duplicate keys": (b'{"name": 1, "name": 2}', {}),
    "__proto__": (b'{"__proto__": {"admin": true}, "constructor": {}, "__class__": 1}', {}),
    "two documents": (b"{}{}", {}),
    "a comment": (b"{/* */}", {}),
    "deep lists": (b"[" * 100_000, {}),
    "deep and whole": (b"[" * 100_000 + b"]" * 100_000, {}),
    "deep objects": (b'{"attributes":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001, {}),
    "many keys": (b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}", {}),
    "many keys in a row": (b'{"items": [{' + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}]}", {}),
    "octet-stream": (b"\x00\x01\x02" + CANARY.encode(), {"Content-Type": "application/octet-stream"}),
    "text": (b"{}", {"Content-Type": "text/plain"}),
    "xml": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>', {"Content-Type": "application/xml"}),
    "form": (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}),
    "multipart": (b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}),
    "no type": (b"{}", {"Content-Type": ""}),
    "broken type": (b"{}", {"Content-Type": ";;;"}),
    "a gzip bomb": (_BOMB, {"Content-Encoding": "gzip"}),
    "a deflate bomb": (zlib.compress(b"0" * 5_000_000), {"Content-Encoding": "deflate"}),
    "broken gzip": (b"\x1f\x8b" + b"\x00" * 64, {"Content-Encoding": "gzip"}),
    "another encoding": (b"{}", {"Content-Encoding": "br, gzip"}),
}
VALUES: list[Any] = [
    None, True, 0, -1, 2**31, 2**63, 2**64, 10**30, 1.5, 1e308, "", " ", CANARY + "\u0000",
    "\u202e\u200b\ufeff",
    CANARY + "x" * 300, CANARY + "x" * 20_000, "'; drop table customers; --" + CANARY,
    "=cmd|' /C calc'!A0" + CANARY, "@SUM(1)" + CANARY, "\u0085\u2028\r\n\t" + CANARY,
    "9999-12-31T23:59:59.999999-23:59",
    "0001-01-01T00:00:00+23:59", "2026-02-30", "1e400", "NaN", "Infinity", "-0", "٣", "0x1F",
    CANARY + "\U0001f4a9" * 99,
    [], {}, [[]], {"a": None}, [None] * 1001, {CANARY: 1},
]  # fmt: skip
TYPES: dict[str, Any] = {
    "null": None, "boolean": True, "integer": 7, "number": 1.5, "string": CANARY, "array": [[]],
    "object": {"a": 1},
}  # fmt: skip
TEXTS = [
    "", "%20", "%00", "%ff", "%ed%a0%80", "%F0%9F%98%80", "%E2%80%AE", "-1", "0", "1e400", "NaN",
    "99999999999999999999",
    "2147483648", "true", "9999-12-31T23:59:59-23:59", "a,b,,c", "a:b",
    "%27%3B%20drop%20table%20customers%3B--" + CANARY,
    "%3Dcmd%7C" + CANARY, CANARY + "x" * 3000, "..%2f..", "%2e%2e", "%0d%0aX-A:%20b", "[]", "{}",
    "%25%30%30",
]  # fmt: skip
PATHS = [*TEXTS[1:], "a:", ":", "erp:%00", "erp:%ff", "x", "0" * 300]
HEADERS = [
    b"", b"\xff\xfe",
    b'"', b'"0"', b'"99999999999"', b'W/"1"', b"*", b'"1", "2"', CANARY.encode(), b"x" * 5_000,
    b"'; drop table customers; --", b"=cmd|' /C calc'!A0", b"merge=disjoint;;;=,",
]  # fmt: skip
EVERYWHERE = (
    "Accept",
    "Accept-Encoding",
    "Traceparent",
    "X-Request-Id",
    "X-Deadline-Ms",
    "Range",
    "Origin",
    "Host",
)
