"""Decoding bytes of any or no declared charset, by one stated rule; it never fails, and says what it did.

1. The declared charset, if there is one by that name and the bytes are valid in it. GB2312 and GBK are read
   as GB18030 and Latin-1 as Windows-1252, of which they are parts. A single-byte charset takes any bytes, so
   it is not believed when they are valid UTF-8, or when bytes above 127 come in pairs only (as in GB2312).
2. ISO-2022-JP where its escapes are there; then UTF-8.
3. GB18030 or Big5, both of which take nearly any pairs: the second byte of a pair is below 127 in a third of
   Big5's characters and in next to none of GB's. So Big5 when more than one of twelve is, else GB18030.
4. UTF-8 if only its end is cut off; else whichever of all these leaves the fewest holes (U+FFFD).
"""

import codecs
import re
from collections.abc import Iterator

_PARTS_OF = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_2",
}
_OTHER_NAMES = {
    "gb2312-80": "gb18030",
    "gb-2312": "gb18030",
    "x-gbk": "gb18030",
    "gb18030-2000": "gb18030",
    "gb18030-2005": "gb18030",
    "x-gb18030": "gb18030",
    "x-big5": "cp950",
    "big-5": "cp950",
    "ks_c_5601-1987": "cp949",
    "windows-31j": "cp932",
    "x-sjis": "cp932",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "cp-850": "cp850",
}
# Of domain names and of Python's source; the first is slow on text that is made to be.
_NONE_OF_MAIL = frozenset(
    ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem", "charmap")
)
_SAY_NOTHING = frozenset(
    ("", "unknown", "unknown-8bit", "x-unknown", "default", "none", "us-ascii-8bit", "8bit")
)
_SINGLE_BYTES = re.compile(r"cp125\d|iso8859-\d+|koi8-\w|mac-\w+|cp4\d\d|cp8\d\d|tis-620|latin_1")
_ESCAPE = re.compile(rb"\x1b(\$[@AB(]|\([BJI])")
_HIGH = re.compile(rb"[\x80-\xff]+")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LEAST_BIG5 = 1 / 12
MOST_READ = 4_096  # pairs that decide between GB18030 and Big5


def known(name: str | None) -> str | None:
    """Return the charset to decode by for a declared name, None for one that says nothing or is unknown."""
    asked = (name or "").partition("*")[0].strip(" \t\"'").lower().replace("_", "-")
    if asked in _SAY_NOTHING or len(asked) > 40 or not asked.isascii():
        return None
    try:
        found = codecs.lookup(
            _OTHER_NAMES.get(asked) or _OTHER_NAMES.get(asked.replace("-", "_")) or asked
        ).name
        b"  ".decode(found)
    except UnicodeDecodeError:
        pass  # it is one, and two spaces are too little for it
    except (LookupError, ValueError):
        return None
    return None if found in _NONE_OF_MAIL else _PARTS_OF.get(found, found)


def decode(raw: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """Return the text without control characters, and what was wrong in plain words, or None."""
    if (
        raw.isascii()
        and b"\x1b" not in raw
        and known(declared) in {None, "ascii", "utf-8", "cp1252", "gb18030"}
    ):
        return clean(raw.decode("ascii")), _unknown(declared)
    charset = known(declared)
    for tried in _candidates(raw, charset):
        try:
            text = raw.decode(tried)
        except UnicodeDecodeError as error:
            if tried == "utf-8" and error.reason == "unexpected end of data":
                return _cut(raw, tried)
            continue
        except ValueError:
            continue
        return clean(text), _wrong(declared, charset, tried)
    return _with_holes(raw, charset)


def clean(text: str) -> str:
    """Return a text without what no text holds and no database keeps: controls and halves of characters."""
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text


def _candidates(raw: bytes, charset: str | None) -> Iterator[str]:
    if charset is not None and not (_SINGLE_BYTES.fullmatch(charset) and _doubtful(raw)):
        yield charset
    if _ESCAPE.search(raw):
        yield "iso2022_jp_2"
    yield "utf-8"
    yield from ("cp950", "gb18030") if _like_big5(raw) else ("gb18030", "cp950")


def _doubtful(raw: bytes) -> bool:
    """Whether bytes are rather of a multi-byte charset than of the single-byte one that they claim."""
    runs = _HIGH.findall(raw)
    if not runs:
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return not [run for run in runs if len(run) % 2 or min(run) < 0xA1]
    return True


def _like_big5(raw: bytes) -> bool:
    pairs = [pair for _, pair in zip(range(MOST_READ), _PAIR.findall(raw), strict=False)]
    low = sum(1 for pair in pairs if pair[1] < 0x7F)
    return low > len(pairs) * _LEAST_BIG5


def _cut(raw: bytes, charset: str) -> tuple[str, str]:
    return clean(raw.decode(charset, "replace")), "the text is cut off in the middle of a character"


def _with_holes(raw: bytes, charset: str | None) -> tuple[str, str]:
    tried = dict.fromkeys(_candidates(raw, charset))
    text, used = min(
        ((raw.decode(each, "replace"), each) for each in tried), key=lambda each: each[0].count("\ufffd")
    )
    return clean(text), f"{text.count(chr(0xFFFD))} characters could not be read as {used}"


def _wrong(declared: str | None, charset: str | None, used: str) -> str | None:
    if charset is None:
        return _unknown(declared) or f"no charset was declared: read as {used}"
    return None if charset == used else f"not in the charset declared: read as {used}"


def _unknown(declared: str | None) -> str | None:
    if declared is None or known(declared) is not None or declared.strip(" \"'").lower() in _SAY_NOTHING:
        return None
    return "the charset declared is unknown"
