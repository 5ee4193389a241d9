"""Reading mail: nothing raises, whatever the bytes; it takes time in proportion; copies are one mail."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.interaction.mail.charsets import decode
from services.interaction.mail.parsing import LONGEST_TEXT, parse
from services.interaction.mail.plain import text_of

CORPUS = sorted((Path(__file__).with_name("corpus")).glob("*.eml"))
UNREAD = "could not be read to its end"


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_damaged_mail_is_read_to_its_end(luck: random.Random) -> None:
    raw = bytearray(luck.choice(CORPUS).read_bytes()[:5_000])
    other = luck.choice(CORPUS).read_bytes()
    for _ in range(luck.randrange(1, 20)):
        at = luck.randrange(len(raw) + 1)
        piece = other[luck.randrange(len(other) + 1) :][: luck.randrange(60)]
        raw[at : at + luck.randrange(4)] = luck.choice([piece, bytes([luck.randrange(256)]), b"\r\n", b""])
    mail = parse(bytes(raw))
    assert not [each for each in mail.defects if UNREAD in each], (bytes(raw), mail.defects)
    assert "\0" not in mail.text + mail.subject
    (mail.text + mail.subject).encode()


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from([None, "utf-7", "idna", "hz", "utf-16", "gbk", "\0", "rot13", "x" * 99]),
)
def test_any_bytes_are_decoded(raw: bytes, charset: str | None) -> None:
    text, _ = decode(raw, charset)
    assert "\0" not in text
    text.encode()


HEAD = b"From: a@b.example\r\nSubject: %b\r\n"
SLOW = {
    "words": HEAD % (b"=?a?q?" * 4_000) + b"\r\nx",
    "addresses": b"To: " + b"a@b.example, " * 50_000 + b"\r\n\r\nx",
    "brackets": b"To: " + b'<("' * 100_000 + b"\r\n\r\nx",
    "ids": b"References: " + b"<" * 200_000 + b"\r\n\r\nx",
    "parameters": b"Content-Type: text/plain; " + b"a*0*=x;" * 50_000 + b"\r\n\r\nx",
    "fields": b"X: y\r\n" * 100_000 + b"\r\nx",
    "tags": b"Content-Type: text/html\r\n\r\n" + b"<a " * 300_000,
    "comments": b"Content-Type: text/html\r\n\r\n" + b"<!--" * 300_000,
    "boundaries": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n" * 100_000,
    "blanks": b"\r\n" * 500_000,
    "strays": b"no field\r\n" * 100_000,
}


@pytest.mark.parametrize("how", SLOW)
def test_no_mail_is_slow(how: str) -> None:
    began = time.process_time()
    mail = parse(SLOW[how])
    assert time.process_time() - began < 5
    assert not [each for each in mail.defects if UNREAD in each], mail.defects


def test_copies_that_took_different_ways_are_one_mail() -> None:
    raw = b"From: a@b.example\r\nTo: c@d.example\r\nMessage-ID: <1234567@b.example>\r\n\r\nHello\r\n"
    other = b"Received: from x by y; Mon, 2 Mar 2026 01:31:00 +0000\n" + raw.replace(b"\r\n", b"\n") + b"\n"
    assert parse(raw).digest == parse(other).digest
    assert parse(raw).sha256 != parse(other).sha256
    assert parse(raw).digest != parse(raw.replace(b"Hello", b"hello")).digest
    assert parse(raw).digest != parse(raw.replace(b"c@d", b"e@d")).digest


def test_a_long_text_is_cut_and_says_so() -> None:
    mail = parse(b"From: a@b.example\r\n\r\n" + b"words " * 30_000)
    assert len(mail.text) == LONGEST_TEXT
    assert [each for each in mail.defects if "the original has it all" in each]


def test_html_is_text_and_nothing_else() -> None:
    page = (
        "<html><head><title>t</title><body onload='x()'>A &lt;b&gt; &amp; <b>c</b><br>1 < 2"
        "<script>if (a < b) {}</script><p>p</p><table><tr><td>x</td><td>y</td></tr></table>"
        "<a href='javascript:x()'>run</a> <a href=\"https://e.example/\">go</a><img alt=Logo src=z>"
    )
    assert text_of(page) == "A <b> & c\n1 < 2\np\n\nx\ty\n\nrun go <https://e.example/>[Logo]"
