"""Text out of HTML: what a reader would see, with nothing run, fetched or believed.

One regular expression finds tags, in time linear in the length of any page: `html.parser` takes minutes for
100 KB of "<a <a <a".
"""

import html
import re
from itertools import islice

from services.interaction.mail.charsets import clean

LONGEST, MOST = 1_000_000, 50_000  # characters and tags that are read
_HIDDEN = frozenset(("script", "style", "head", "title", "noscript", "template", "svg", "object"))
_BLOCKS = frozenset(
    ("p", "div", "br", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote")
) | {"pre", "section", "article", "header", "footer", "center", "dl", "dt", "dd"}
# Atomic groups: possessive ones of more than a character match wrongly before Python 3.11.5 (gh-106052).
_TOKEN = re.compile(
    r"""<(?:(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9:]{0,30})"""
    r"""(?P<given>(?>(?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*))>|[!?/][^<>]*+>)"""
    r"""|(?P<text>(?>(?:[^<]++|<(?![A-Za-z/!?]))+)|<)"""
)
_ATTRIBUTE = r"""(?:^|[\s"'/]){}\s*=\s*(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))"""
_HREF, _ALT = (re.compile(_ATTRIBUTE.format(name), re.IGNORECASE) for name in ("href", "alt"))
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)


def charset_of(raw: bytes) -> str | None:
    """Return the charset that a page says it is in, None if it says nothing in its first 4 KiB."""
    found = _CHARSET.search(raw[:4096])
    return found[1].decode("ascii") if found else None


def text_of(page: str) -> str:
    """Return the visible text; links show where they lead when their words do not."""
    reader = _Reader()
    for token in islice(_TOKEN.finditer(_without_comments(page[:LONGEST])), MOST):
        if token["text"]:
            reader.hear(token["text"])
        elif token["tag"]:
            tag = token["tag"].lower()
            reader.end(tag) if token["end"] else reader.begin(tag, token["given"])
    return reader.text()


class _Reader:
    """Collects text; what is inside of hidden elements is left out."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._hidden: str | None = None
        self._link: tuple[str, int] | None = None

    def begin(self, tag: str, given: str) -> None:
        if tag == "body":
            self._hidden = None  # a head that nobody closed
        elif self._hidden is None and tag in _HIDDEN and not given.endswith("/"):
            self._hidden = tag
        elif tag == "a":
            self._link = (_attribute(_HREF, given), len(self._out))
        else:
            self._out.append(_mark(tag, given))

    def end(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = None
        elif tag in _BLOCKS:
            self._out.append("\n")
        elif tag == "a" and self._link:
            (href, start), self._link = self._link, None
            shown = "".join(self._out[start:]).strip()
            if href.startswith(("http://", "https://")) and shown and shown not in href:
                self._out.append(f" <{href[:2000]}>")

    def hear(self, data: str) -> None:
        if self._hidden is None:
            self._out.append(re.sub(r"[^\S\xa0]+", " ", html.unescape(data)))

    def text(self) -> str:
        lines = (re.sub(r"[ \xa0\t]+", _space, line).strip() for line in "".join(self._out).split("\n"))
        return clean(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())


def _without_comments(page: str) -> str:
    kept, at = [], 0
    while (start := page.find("<!--", at)) >= 0 and (end := page.find("-->", start)) >= 0:
        kept.append(page[at:start])
        at = end + 3
    return " ".join((*kept, page[at:]))


def _mark(tag: str, given: str) -> str:
    if tag == "img" and (shown := _attribute(_ALT, given)):
        return f"[{shown}]"
    if tag in {"td", "th"}:
        return "\t"
    return "\n- " if tag == "li" else "\n" if tag in _BLOCKS else ""


def _attribute(wanted: re.Pattern[str], given: str) -> str:
    found = wanted.search(given)
    return html.unescape(next(filter(None, found.groups()), "")).strip() if found else ""


def _space(found: re.Match[str]) -> str:
    return "\t" if "\t" in found[0] else " "
