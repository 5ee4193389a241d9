"""Channels are rows: the built-in ones, and those that a firm adds."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0008"
down_revision: str | None = "0007"

SCHEMA, TABLE = "interaction", "channels"
TIME = sa.DateTime(timezone=True)
FIRST = 0xC4A0_0000  # the id of the first built-in channel, as a number
BUILT_IN = (  # code, group, formal, and its name in English, simplified and traditional Chinese
    ("general_media", "mass_media", True, "General media", "大众传媒", "大眾傳媒"),
    ("focus_media", "mass_media", True, "Focus media", "分众传媒", "分眾傳媒"),
    ("search_engine", "web", True, "Search engine", "搜索引擎", "搜尋引擎"),
    ("friendly_link", "web", True, "Friendly link", "友情链接", "友情連結"),
    ("keyword_ranking", "web", True, "Keyword ranking", "关键词排名", "關鍵字排名"),
    ("news", "web", True, "News", "新闻", "新聞"),
    ("interactive_page", "web", True, "Interactive page", "互动网页", "互動網頁"),
    ("online_forum", "web", False, "Online forum", "网上论坛", "網路論壇"),
    ("online_support", "web", True, "Online support", "在线客服", "線上客服"),
    ("web_form", "web", True, "Web form", "网页表单", "網頁表單"),
    ("web_chat", "web", True, "Web chat", "网页聊天", "網頁聊天"),
    ("phone", "electronic", True, "Phone", "电话", "電話"),
    ("sms", "electronic", True, "SMS", "短信", "簡訊"),
    ("qq", "electronic", False, "QQ", "QQ", "QQ"),
    ("msn", "electronic", False, "MSN", "MSN", "MSN"),
    ("wechat", "electronic", False, "WeChat", "微信", "微信"),
    ("whatsapp", "electronic", False, "WhatsApp", "WhatsApp", "WhatsApp"),
    ("email", "electronic", True, "E-mail", "电子邮件", "電子郵件"),
    ("fax", "electronic", True, "Fax", "传真", "傳真"),
    ("app_push", "electronic", True, "App push", "应用推送", "應用推播"),
    ("video_call", "electronic", True, "Video call", "视频通话", "視訊通話"),
    ("transaction", "face_to_face", True, "Transaction", "当面交易", "當面交易"),
    ("visit", "face_to_face", True, "Visit", "拜访", "拜訪"),
    ("service", "face_to_face", True, "Service", "上门服务", "到府服務"),
    ("survey", "face_to_face", True, "Survey", "当面调研", "當面調研"),
    ("technical_exchange", "events", True, "Technical exchange", "技术交流会", "技術交流會"),
    ("product_launch", "events", True, "Product launch", "产品发布会", "產品發表會"),
    ("social_event", "events", False, "Customer social event", "客户联谊会", "客戶聯誼會"),
    ("industry_association", "industry_association", True, "Industry association", "行业协会", "行業協會"),
    ("letter", "letter", True, "Letter", "书信", "書信"),
    ("postcard", "letter", False, "Postcard", "明信片", "明信片"),
    ("gift", "letter", False, "Gift", "礼品", "禮品"),
)


def upgrade() -> None:
    channels = op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("labels", JSONB, nullable=False),
        sa.Column("formal", sa.Boolean, nullable=False),
        sa.Column("built_in", sa.Boolean, nullable=False),
        sa.Column("used", sa.Boolean, nullable=False),
        sa.Column("retired_at", TIME),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_channels_code",
        TABLE,
        ["code"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("deleted_at is null"),
    )
    now = {"version": 1, "created_at": sa.func.now(), "updated_at": sa.func.now()}
    for number, (code, group, formal, *names) in enumerate(BUILT_IN):
        labels = dict(zip(("en", "zh-Hans", "zh-Hant"), names, strict=True))
        row = {
            "id": UUID(int=FIRST + number),
            "code": code,
            "group": group,
            "labels": labels,
            "formal": formal,
        }
        op.execute(sa.insert(channels).values(**row, built_in=True, used=True, **now))


def downgrade() -> None:
    op.drop_table(TABLE, schema=SCHEMA)
