"""The catalogue of two-way channels, directions and purposes, with labels in three scripts."""

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


class Channel(StrEnum):
    """The way in which a contact took place."""

    GENERAL_MEDIA = "general_media"
    FOCUS_MEDIA = "focus_media"
    SEARCH_ENGINE = "search_engine"
    FRIENDLY_LINK = "friendly_link"
    KEYWORD_RANKING = "keyword_ranking"
    NEWS = "news"
    INTERACTIVE_PAGE = "interactive_page"
    ONLINE_FORUM = "online_forum"
    ONLINE_SUPPORT = "online_support"
    WEB_FORM = "web_form"
    WEB_CHAT = "web_chat"
    PHONE = "phone"
    SMS = "sms"
    QQ = "qq"
    MSN = "msn"
    WECHAT = "wechat"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    FAX = "fax"
    APP_PUSH = "app_push"
    VIDEO_CALL = "video_call"
    TRANSACTION = "transaction"
    VISIT = "visit"
    SERVICE = "service"
    SURVEY = "survey"
    TECHNICAL_EXCHANGE = "technical_exchange"
    PRODUCT_LAUNCH = "product_launch"
    SOCIAL_EVENT = "social_event"
    INDUSTRY_ASSOCIATION = "industry_association"
    LETTER = "letter"
    POSTCARD = "postcard"
    GIFT = "gift"


GROUPS: dict[str, Labels] = {
    "mass_media": Labels("Mass media", "大众媒体", "大眾媒體"),
    "web": Labels("Web", "网络", "網路"),
    "electronic": Labels("Electronic", "电子通讯", "電子通訊"),
    "face_to_face": Labels("Face to face", "面对面", "面對面"),
    "events": Labels("Events", "活动", "活動"),
    "industry_association": Labels("Industry association", "行业协会", "行業協會"),
    "letter": Labels("Letter", "信函", "信函"),
}

CHANNELS: dict[Channel, tuple[str, Labels]] = {
    Channel.GENERAL_MEDIA: ("mass_media", Labels("General media", "大众传媒", "大眾傳媒")),
    Channel.FOCUS_MEDIA: ("mass_media", Labels("Focus media", "分众传媒", "分眾傳媒")),
    Channel.SEARCH_ENGINE: ("web", Labels("Search engine", "搜索引擎", "搜尋引擎")),
    Channel.FRIENDLY_LINK: ("web", Labels("Friendly link", "友情链接", "友情連結")),
    Channel.KEYWORD_RANKING: ("web", Labels("Keyword ranking", "关键词排名", "關鍵字排名")),
    Channel.NEWS: ("web", Labels("News", "新闻", "新聞")),
    Channel.INTERACTIVE_PAGE: ("web", Labels("Interactive page", "互动网页", "互動網頁")),
    Channel.ONLINE_FORUM: ("web", Labels("Online forum", "网上论坛", "網路論壇")),
    Channel.ONLINE_SUPPORT: ("web", Labels("Online support", "在线客服", "線上客服")),
    Channel.WEB_FORM: ("web", Labels("Web form", "网页表单", "網頁表單")),
    Channel.WEB_CHAT: ("web", Labels("Web chat", "网页聊天", "網頁聊天")),
    Channel.PHONE: ("electronic", Labels("Phone", "电话", "電話")),
    Channel.SMS: ("electronic", Labels("SMS", "短信", "簡訊")),
    Channel.QQ: ("electronic", Labels("QQ", "QQ", "QQ")),
    Channel.MSN: ("electronic", Labels("MSN", "MSN", "MSN")),
    Channel.WECHAT: ("electronic", Labels("WeChat", "微信", "微信")),
    Channel.WHATSAPP: ("electronic", Labels("WhatsApp", "WhatsApp", "WhatsApp")),
    Channel.EMAIL: ("electronic", Labels("E-mail", "电子邮件", "電子郵件")),
    Channel.FAX: ("electronic", Labels("Fax", "传真", "傳真")),
    Channel.APP_PUSH: ("electronic", Labels("App push", "应用推送", "應用推播")),
    Channel.VIDEO_CALL: ("electronic", Labels("Video call", "视频通话", "視訊通話")),
    Channel.TRANSACTION: ("face_to_face", Labels("Transaction", "当面交易", "當面交易")),
    Channel.VISIT: ("face_to_face", Labels("Visit", "拜访", "拜訪")),
    Channel.SERVICE: ("face_to_face", Labels("Service", "上门服务", "到府服務")),
    Channel.SURVEY: ("face_to_face", Labels("Survey", "当面调研", "當面調研")),
    Channel.TECHNICAL_EXCHANGE: ("events", Labels("Technical exchange", "技术交流会", "技術交流會")),
    Channel.PRODUCT_LAUNCH: ("events", Labels("Product launch", "产品发布会", "產品發表會")),
    Channel.SOCIAL_EVENT: ("events", Labels("Customer social event", "客户联谊会", "客戶聯誼會")),
    Channel.INDUSTRY_ASSOCIATION: (
        "industry_association",
        Labels("Industry association", "行业协会", "行業協會"),
    ),
    Channel.LETTER: ("letter", Labels("Letter", "书信", "書信")),
    Channel.POSTCARD: ("letter", Labels("Postcard", "明信片", "明信片")),
    Channel.GIFT: ("letter", Labels("Gift", "礼品", "禮品")),
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
