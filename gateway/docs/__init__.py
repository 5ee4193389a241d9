"""Docs: one page that renders the OpenAPI document and tries its operations; needs no network."""

from pathlib import Path

from fastapi import APIRouter, Response

from shared.auth import PUBLIC, allow
from web.hot import hot

_HERE = Path(__file__).parent
_FILES = {name: (_HERE / name).read_bytes() for name in ("page.html", "page.css", "page.js")}
_SAFE = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
router = APIRouter(prefix="/docs", dependencies=[allow(PUBLIC)], include_in_schema=False)


@router.get("")
@hot
async def get_docs() -> Response:
    """Show the documentation."""
    return Response(_FILES["page.html"], headers=_SAFE, media_type="text/html")


@router.get("/page.css")
@hot
async def get_docs_style() -> Response:
    """Give the page its looks."""
    return Response(_FILES["page.css"], headers=_SAFE, media_type="text/css")


@router.get("/page.js")
@hot
async def get_docs_script() -> Response:
    """Give the page its behaviour."""
    return Response(_FILES["page.js"], headers=_SAFE, media_type="text/javascript")
