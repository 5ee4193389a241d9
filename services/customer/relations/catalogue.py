"""The types of relations and the roles in buying, with labels in three scripts."""

from dataclasses import dataclass
from enum import StrEnum

CUSTOM = "x_[a-z0-9_]{1,30}"  # what a type of your own looks like


@dataclass(frozen=True, slots=True)
class Labels:
    """One name in English, simplified and traditional Chinese."""

    en: str
    hans: str
    hant: str

    def as_json(self) -> dict[str, str]:
        """Return the labels under their language tags."""
        return {"en": self.en, "zh-Hans": self.hans, "zh-Hant": self.hant}


@dataclass(frozen=True, slots=True)
class RelationType:
    """What a type ties together: the kinds of both ends, None for any; its name from either end.

    A symmetric one means the same in both directions. `details` are the fields that only it has.
    """

    forward: Labels
    backward: Labels
    ends: tuple[str | None, str | None] = (None, None)
    symmetric: bool = False
    details: frozenset[str] = frozenset()


class BuyingRole(StrEnum):
    """What a person does when its organization buys."""

    DECIDES = "decides"
    INFLUENCES = "influences"
    USES = "uses"
    BUYS = "buys"
    BLOCKS = "blocks"


EMPLOYMENT, HIERARCHY = "employment", "hierarchy"
PERSON, ORGANIZATION = "person", "organization"
TYPES = {
    EMPLOYMENT: RelationType(
        Labels("Works for", "任职于", "任職於"),
        Labels("Employs", "雇用", "僱用"),
        (PERSON, ORGANIZATION),
        details=frozenset(("title", "department", "role")),
    ),
    HIERARCHY: RelationType(
        Labels("Belongs to", "隶属于", "隸屬於"),
        Labels("Is the parent of", "下属单位", "下屬單位"),
        (ORGANIZATION, ORGANIZATION),
        details=frozenset(("share",)),
    ),
    "household": RelationType(
        Labels("Lives with", "同住", "同住"),
        Labels("Lives with", "同住", "同住"),
        (PERSON, PERSON),
        symmetric=True,
    ),
    "referral": RelationType(
        Labels("Referred", "推荐了", "推薦了"), Labels("Was referred by", "由其推荐", "由其推薦")
    ),
    "partner": RelationType(
        Labels("Partner of", "合作伙伴", "合作夥伴"),
        Labels("Partner of", "合作伙伴", "合作夥伴"),
        symmetric=True,
    ),
}
ROLES = {
    BuyingRole.DECIDES: Labels("Decides", "决策者", "決策者"),
    BuyingRole.INFLUENCES: Labels("Influences", "影响者", "影響者"),
    BuyingRole.USES: Labels("Uses", "使用者", "使用者"),
    BuyingRole.BUYS: Labels("Buys", "采购者", "採購者"),
    BuyingRole.BLOCKS: Labels("Blocks", "阻碍者", "阻礙者"),
}
DETAILS = frozenset[str]().union(*(each.details for each in TYPES.values()))
_OWN_WORDS = RelationType(Labels("", "", ""), Labels("", "", ""))  # of a custom type: nothing is known of it


def type_of(code: str) -> RelationType:
    """Return what a type is by its code; of a custom one nothing is known."""
    return TYPES.get(code, _OWN_WORDS)
