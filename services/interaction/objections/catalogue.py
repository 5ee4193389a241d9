"""The kinds of objections and the methods of handling them: labels in three scripts, and when to use them.

Kinds are the usual divisions of sales training; methods and their Chinese names are the product's own list.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.interaction.interactions.catalogue import Labels


class ObjectionKind(StrEnum):
    """What an objection is about."""

    PRICE = "price"
    PRODUCT = "product"
    NEED = "need"
    TIMING = "timing"
    TRUST = "trust"
    SERVICE = "service"
    AUTHORITY = "authority"
    COMPETITOR = "competitor"
    OTHER = "other"


class ObjectionMethod(StrEnum):
    """How an objection was met."""

    IGNORE = "ignore"
    COMPENSATE = "compensate"
    TAI_CHI = "tai_chi"
    INQUIRE = "inquire"
    YES_IF = "yes_if"
    DIRECT_REBUTTAL = "direct_rebuttal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Method:
    """A method, when it fits, and what to do."""

    labels: Labels
    fits: str
    do: str


KINDS: dict[ObjectionKind, Labels] = {
    ObjectionKind.PRICE: Labels("Price", "价格", "價格"),
    ObjectionKind.PRODUCT: Labels("Product", "产品", "產品"),
    ObjectionKind.NEED: Labels("Need", "需求", "需求"),
    ObjectionKind.TIMING: Labels("Timing", "购买时间", "購買時間"),
    ObjectionKind.TRUST: Labels("Trust in the firm", "信任", "信任"),
    ObjectionKind.SERVICE: Labels("Service", "服务", "服務"),
    ObjectionKind.AUTHORITY: Labels("Authority to decide", "决策权", "決策權"),
    ObjectionKind.COMPETITOR: Labels("A competitor", "竞争对手", "競爭對手"),
    ObjectionKind.OTHER: Labels("Other", "其他", "其他"),
}
METHODS: dict[ObjectionMethod, Method] = {
    ObjectionMethod.IGNORE: Method(
        Labels("Ignore", "忽视法", "忽視法"),
        "The objection has nothing to do with the deal at hand.",
        "Smile, agree on the surface, and go on.",
    ),
    ObjectionMethod.COMPENSATE: Method(
        Labels("Compensate", "补偿法", "補償法"),
        "The objection is founded.",
        "Admit it, and offer something that balances it.",
    ),
    ObjectionMethod.TAI_CHI: Method(
        Labels("Tai chi (boomerang)", "太极法", "太極法"),
        "The objection itself is a reason to buy.",
        "Turn it round into that reason.",
    ),
    ObjectionMethod.INQUIRE: Method(
        Labels("Inquire", "询问法", "詢問法"),
        "The real objection is not known yet.",
        "Ask why, until it is found or the customer answers it.",
    ),
    ObjectionMethod.YES_IF: Method(
        Labels("Yes, if", "是的…如果法", "是的…如果法"),
        "The customer is right under other conditions than those of the deal.",
        "Agree, and say under which conditions it is different.",
    ),
    ObjectionMethod.DIRECT_REBUTTAL: Method(
        Labels("Direct rebuttal", "直接反驳法", "直接反駁法"),
        "The firm's service or integrity is doubted, or wrong data are quoted.",
        "Contradict politely, with proof.",
    ),
    ObjectionMethod.OTHER: Method(
        Labels("Other", "其他", "其他"), "None of these describes it.", "Say in the answer what was done."
    ),
}
