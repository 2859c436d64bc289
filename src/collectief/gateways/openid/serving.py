"""How simulators of signing in send their pages: never kept, never framed."""

from __future__ import annotations

from aiohttp import web

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
# Seconds one may look at the sign-in page, and sign-ins that can be under way.
PAGE_LIFETIME = 900
MOST_PENDING = 1000


def html_page(html: str, status: int = 200) -> web.Response:
    return web.Response(text=html, status=status, content_type="text/html", headers=HEADERS)
