"""Subjects without what answering and forwarding put before them, in the languages of common clients."""

import re
import unicodedata

_ANSWERS = (
    *(
        "re",
        "r",
        "aw",
        "antw",
        "antwort",
        "sv",
        "vs",
        "odp",
        "res",
        "rif",
        "ynt",
        "bls",
        "vá",
        "ответ",
        "отв",
    ),
    *(
        "回复",
        "回覆",
        "答复",
        "答覆",
        "回信",
        "返信",
        "답장",
        "회신",
        "re回复",
        "自动回复",
        "自動回覆",
        "自動回復",
    ),
    *("automatic reply", "autoreply", "out of office", "автоответ"),
)
_FORWARDS = (
    *(
        "fw",
        "fwd",
        "wg",
        "tr",
        "vb",
        "vl",
        "vs",
        "rv",
        "enc",
        "i",
        "пересл",
        "转发",
        "轉寄",
        "轉發",
        "转寄",
        "転送",
        "전달",
    ),
)
_PREFIX = re.compile(
    rf"\s*(?:{'|'.join(sorted(map(re.escape, {*_ANSWERS, *_FORWARDS}), key=len, reverse=True))})"
    r"\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\*\d{1,3})?\s*:\s*",
    re.IGNORECASE,
)
_LIST = re.compile(r"\s*\[[^\[\]]{1,40}\]\s*")
_MARK = re.compile(r"\s*\((?:fwd|fw)\)\s*$", re.IGNORECASE)
MOST = 50  # prefixes that are taken off


def fold(subject: str) -> tuple[str, bool]:
    """Return a subject as those of one thread share it, and whether it says that it answers or forwards."""
    bare = unicodedata.normalize("NFKC", subject)
    bare, marks = _MARK.subn("", bare)
    answers = bool(marks)
    for _ in range(MOST):
        if found := _PREFIX.match(bare):
            bare, answers = bare[found.end() :], True
        elif (found := _LIST.match(bare)) and bare[found.end() :].strip():
            bare = bare[found.end() :]
        else:
            break
    return " ".join(bare.split()).casefold(), answers
