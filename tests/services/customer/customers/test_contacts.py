"""Contact points: one form for each address, one key for each form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.customers.contacts import keys, normalized, sought
from services.customer.customers.emails import plain


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Wei.Zhang@Example.CN", "wei.zhang@example.cn"),
        (" a@b.cn ", "a@b.cn"),
        ("用户@例子.中国", "用户@例子.中国"),
        ("".join(chr(0xFEE0 + ord(letter)) for letter in "a@b.cn"), "a@b.cn"),  # full width
        ("a+b@mail.example.com", "a+b@mail.example.com"),
        ("a@b", None),
        ("a b@c.cn", None),
        ("a@b..cn", None),
        ("@b.cn", None),
        ("a@@b.cn", None),
        ("x" * 65 + "@b.cn", None),
    ],
)
def test_an_address_is_compared_in_one_form(written: str, form: str | None) -> None:
    assert plain(written) == form


@given(st.text(max_size=200))
def test_a_form_is_its_own_form_and_fits_an_index(written: str) -> None:
    for kind in ("phone", "email", "wechat"):
        form = normalized(kind, written, "CN")
        if form is not None:
            assert len(form) <= 320
            assert normalized(kind, form, "CN") == form


def test_phone_mobile_and_fax_share_their_key() -> None:
    points = [
        {"type": "phone", "normalized": "+8613800138000"},
        {"type": "mobile", "normalized": "+8613800138000"},
        {"type": "email", "normalized": "a@b.cn"},
        {"type": "wechat", "normalized": "wei"},
        {"type": "fax", "normalized": None},
    ]
    assert keys(points) == ["mailto:a@b.cn", "tel:+8613800138000", "wechat:wei"]


def test_what_is_sought_is_what_is_kept() -> None:
    point = {"type": "phone", "normalized": normalized("phone", "138 0013 8000", "CN")}
    assert keys([point]) == [sought("phone", "+86-138-0013-8000", "CN")]
