"""Addresses of many countries: their lines in the order there, and what is certainly wrong or seems so."""

from typing import Any

import pytest

from services.customer.addresses.checking import refused, settled
from services.customer.addresses.countries import country

BLANK: dict[str, Any] = dict.fromkeys(("district", "city", "region", "postal_code", "country"))
# country: parts as written; lines on the envelope; those in Latin letters ("same" as the lines)
RIGHT: dict[str, tuple[dict[str, Any], list[str], list[str] | str | None]] = {
    "CN": (
        {
            "lines": ["文三路 1 号"],
            "district": "西湖区",
            "city": "杭州市",
            "region": "浙江",
            "postal_code": "３１００１２",  # noqa: RUF001 - as people write it
        },
        ["310012", "浙江省杭州市西湖区", "文三路 1 号"],
        None,
    ),
    "CN in Latin": (
        {"lines": ["1 Wensan Rd"], "city": "Hangzhou", "region": "zhejiang", "postal_code": "310012"},
        ["1 Wensan Rd", "Hangzhou", "Zhejiang, 310012"],
        "same",
    ),
    "CN in both": (
        {"lines": ["1 Wensan Rd"], "city": "杭州", "region": "浙江省", "postal_code": "310012"},
        ["310012", "浙江省杭州", "1 Wensan Rd"],
        ["1 Wensan Rd", "Hangzhou", "Zhejiang, 310012"],
    ),
    "CN a city that is a region": (
        {"lines": ["南京东路 1 号"], "city": "上海", "region": "上海市", "postal_code": "200001"},
        ["200001", "上海市", "南京东路 1 号"],
        None,
    ),
    "TW": (
        {"lines": ["信義路五段7號"], "city": "信義區", "region": "臺北市", "postal_code": "110"},
        ["110", "台北市信義區", "信義路五段7號"],
        None,
    ),
    "HK": (
        {"lines": ["彌敦道 1 號"], "city": "尖沙咀", "region": "九龍"},
        ["九龍", "尖沙咀", "彌敦道 1 號"],
        None,
    ),
    "HK in Latin": (
        {"lines": ["1 Nathan Rd"], "city": "Tsim Sha Tsui", "region": "kowloon"},
        ["1 Nathan Rd", "Tsim Sha Tsui", "Kowloon"],
        "same",
    ),
    "JP": (
        {"lines": ["千代田区千代田1-1"], "region": "東京", "postal_code": "〒100-0001"},
        ["〒100-0001", "東京都", "千代田区千代田1-1"],
        None,
    ),
    "KR": (
        {"lines": ["세종대로 110"], "city": "중구", "region": "서울", "postal_code": "04524"},
        ["서울특별시 중구", "세종대로 110", "04524"],
        None,
    ),
    "US": (
        {
            "lines": ["1 Main St", "Apt 2"],
            "city": "Palo Alto",
            "region": "california",
            "postal_code": "94301",
        },
        ["1 Main St", "Apt 2", "Palo Alto, CA 94301"],
        "same",
    ),
    "CA": (
        {"lines": ["1 King St"], "city": "Toronto", "region": "Ontario", "postal_code": "m5h 1a1"},
        ["1 King St", "Toronto ON M5H 1A1"],
        "same",
    ),
    "AU": (
        {"lines": ["1 George St"], "city": "Sydney", "region": "NSW", "postal_code": "2000"},
        ["1 George St", "Sydney NSW 2000"],
        "same",
    ),
    "GB": (
        {"lines": ["10 Downing St"], "city": "London", "postal_code": "sw1a  2aa"},
        ["10 Downing St", "London", "SW1A 2AA"],
        "same",
    ),
    "IE": (
        {"lines": ["1 O'Connell St"], "city": "Dublin", "region": "Dublin", "postal_code": "D01 F5P2"},
        ["1 O'Connell St", "Dublin", "Co. Dublin", "D01 F5P2"],
        "same",
    ),
    "DE": (
        {"lines": ["Unter den Linden 1"], "city": "Berlin", "postal_code": "10117"},
        ["Unter den Linden 1", "10117 Berlin"],
        "same",
    ),
    "FR": (
        {"lines": ["1 rue de Rivoli"], "city": "Paris", "postal_code": "75001"},
        ["1 rue de Rivoli", "75001 Paris"],
        "same",
    ),
    "IT": (
        {"lines": ["Via Roma 1"], "city": "Milano", "region": "Milano", "postal_code": "20121"},
        ["Via Roma 1", "20121 Milano MI"],
        "same",
    ),
    "BR": (
        {
            "lines": ["Av. Paulista 1"],
            "district": "Bela Vista",
            "city": "São Paulo",
            "region": "são paulo",
            "postal_code": "01310-100",
        },
        ["Av. Paulista 1", "Bela Vista", "São Paulo-SP", "01310-100"],
        "same",
    ),
    "IN": (
        {"lines": ["1 MG Road"], "city": "Bengaluru", "region": "karnataka", "postal_code": "560001"},
        ["1 MG Road", "Bengaluru 560001", "Karnataka"],
        "same",
    ),
    "AE": ({"lines": ["Sheikh Zayed Rd"], "region": "dubai"}, ["Sheikh Zayed Rd", "Dubai"], "same"),
    "SG": (
        {"lines": ["1 Raffles Place"], "postal_code": "048616"},
        ["1 Raffles Place", "SINGAPORE 048616"],
        "same",
    ),
    "RU": (
        {"lines": ["Тверская 1"], "city": "Москва", "region": "Москва", "postal_code": "125009"},
        ["Тверская 1", "Москва", "Москва", "125009"],
        None,
    ),
}
WRONG = {
    "CN": "20000",
    "TW": "99",
    "JP": "12345",
    "KR": "135-080",
    "SG": "1234",
    "US": "9430",
    "CA": "M5H 1A",
    "GB": "ZZ1 1ZZ",
    "IE": "D01",
    "DE": "1011",
    "FR": "7500",
    "BR": "0131",
    "IN": "5600",
    "AU": "20000",
    "RU": "12500",
}
SEEMING: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    (
        {"country": "CN", "lines": ["x"], "city": "上海", "region": "East", "postal_code": "200001"},
        [("region", "unknown")],
    ),
    ({"country": "CN", "lines": ["x"], "city": "上海", "postal_code": "200001"}, []),
    ({"country": "US", "lines": ["x"], "city": "y"}, [("region", "missing"), ("postal_code", "missing")]),
    (
        {"country": "AU", "lines": ["x"], "city": "y", "region": "NSW", "postal_code": "3000"},
        [("postal_code", "elsewhere")],
    ),
    (
        {"country": "HK", "lines": ["x"], "region": "九龍", "postal_code": "999077"},
        [("postal_code", "not_used")],
    ),
    ({"country": "DE"}, [("lines", "missing"), ("city", "missing"), ("postal_code", "missing")]),
    ({"lines": ["somewhere"]}, [("country", "missing")]),
]


@pytest.mark.parametrize("where", RIGHT)
def test_an_address_is_written_as_there(where: str) -> None:
    parts, lines, latin = RIGHT[where]
    found = settled({**BLANK, "lines": [], **parts, "country": where[:2]})
    assert found["formatted"] == lines
    assert found["formatted_latin"] == (lines if latin == "same" else latin)
    assert (found["problems"], list(refused(found))) == ([], [])
    assert settled(found) == found


@pytest.mark.parametrize("where", WRONG)
def test_a_postal_code_that_no_address_can_have_is_refused(where: str) -> None:
    found = settled({**BLANK, "lines": ["x"], "country": where, "postal_code": WRONG[where]})
    ((part, code, detail),) = refused(found)
    known = country(where)
    assert known is not None
    assert (part, code) == ("postal_code", "wrong_postal_code")
    assert known.example in detail
    assert WRONG[where] not in detail


@pytest.mark.parametrize(("parts", "problems"), SEEMING)
def test_what_only_seems_wrong_is_told(parts: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    found = settled({**BLANK, "lines": [], **parts})
    assert [(each["part"], each["code"]) for each in found["problems"]] == problems
    assert list(refused(found)) == []


def test_an_address_of_nowhere_is_still_written() -> None:
    plain = {**BLANK, "lines": ["Main St 1"], "city": "Springfield", "region": "West"}
    assert settled(plain)["formatted"] == ["Main St 1", "Springfield, West"]
    ours = {**BLANK, "lines": ["长安街 1 号"], "city": "北京", "postal_code": "100000"}
    assert settled(ours)["formatted"] == ["100000", "北京", "长安街 1 号"]
    assert settled({**BLANK, "lines": []})["formatted"] == []


def test_every_example_of_the_table_is_right() -> None:
    codes = [f"{one}{two}" for one in map(chr, range(65, 91)) for two in map(chr, range(65, 91))]
    known = [each for each in map(country, codes) if each is not None]
    assert len(known) == 252
    wrong = [each.code for each in known if each.postal and not each.postal.fullmatch(each.example)]
    assert wrong == []
    unnamed = [
        (each.code, region[0])
        for each in known
        for region in each.row.get("regions", ())
        for name in filter(None, region[:3])
        if each.region(name) is None
    ]
    assert unnamed == []
