"""The groups of channels, directions and purposes, with labels in three scripts; channels are rows."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Labels:
    """One name in English, simplified and traditional Chinese."""

    en: str
    hans: str
    hant: str

    def as_json(self) -> dict[str, str]:
        """Return the labels under their language tags."""
        return {"en": self.en, "zh-Hans": self.hans, "zh-Hant": self.hant}


class Direction(StrEnum):
    """Who addressed whom; none for a broadcast."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NONE = "none"


class Purpose(StrEnum):
    """What a contact was for; it need be neither formal nor about selling."""

    SALE = "sale"
    SERVICE = "service"
    EMOTIONAL_CONTACT = "emotional_contact"
    IMPORTANT_DATE = "important_date"
    SHARED_INTEREST = "shared_interest"
    SHARING_JOY = "sharing_joy"
    RESEARCH = "research"
    COMPLAINT = "complaint"
    COLLECTION = "collection"


class ChannelGroup(StrEnum):
    """What channels are alike."""

    MASS_MEDIA = "mass_media"
    WEB = "web"
    ELECTRONIC = "electronic"
    FACE_TO_FACE = "face_to_face"
    EVENTS = "events"
    INDUSTRY_ASSOCIATION = "industry_association"
    LETTER = "letter"


GROUPS: dict[ChannelGroup, Labels] = {
    ChannelGroup.MASS_MEDIA: Labels("Mass media", "大众媒体", "大眾媒體"),
    ChannelGroup.WEB: Labels("Web", "网络", "網路"),
    ChannelGroup.ELECTRONIC: Labels("Electronic", "电子通讯", "電子通訊"),
    ChannelGroup.FACE_TO_FACE: Labels("Face to face", "面对面", "面對面"),
    ChannelGroup.EVENTS: Labels("Events", "活动", "活動"),
    ChannelGroup.INDUSTRY_ASSOCIATION: Labels("Industry association", "行业协会", "行業協會"),
    ChannelGroup.LETTER: Labels("Letter", "信函", "信函"),
}

DIRECTIONS: dict[Direction, Labels] = {
    Direction.INBOUND: Labels("Inbound", "客户主动", "客戶主動"),
    Direction.OUTBOUND: Labels("Outbound", "企业主动", "企業主動"),
    Direction.NONE: Labels("Broadcast", "单向传播", "單向傳播"),
}

# True for formal business; the balance of a relationship counts both sides.
PURPOSES: dict[Purpose, tuple[bool, Labels]] = {
    Purpose.SALE: (True, Labels("Sale", "销售", "銷售")),
    Purpose.SERVICE: (True, Labels("Service", "服务", "服務")),
    Purpose.EMOTIONAL_CONTACT: (False, Labels("Emotional contact", "联络感情", "聯絡感情")),
    Purpose.IMPORTANT_DATE: (False, Labels("Important date", "重要时节", "重要時節")),
    Purpose.SHARED_INTEREST: (False, Labels("Shared interest", "兴趣交流", "興趣交流")),
    Purpose.SHARING_JOY: (False, Labels("Sharing joy", "分享快乐", "分享快樂")),
    Purpose.RESEARCH: (True, Labels("Research", "调研", "調研")),
    Purpose.COMPLAINT: (True, Labels("Complaint", "投诉", "投訴")),
    Purpose.COLLECTION: (True, Labels("Collection", "催款", "催款")),
}
