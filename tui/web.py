"""The console in a browser, for those who cannot SSH: textual-serve on loopback, behind a token.

Every open page is a console process of its own. Nobody but who has the address with its token gets in: not another
user of the machine, not a page of another site (the cookie is same-site, and host and origin are compared).
"""

from __future__ import annotations

import hmac
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware
from textual_serve.server import Server

HOST = "127.0.0.1"
PORT = 8017
MOST_PAGES = 8
"""Each is a process of some 100 MB."""
TOKEN_VARIABLE = "FINETOP_WEB_TOKEN"

# The page's own styles and script stand in it; its font would come from another host, which learns who looks when.
_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebConsole(Server):
    """Serves a console to whoever brings the token."""

    def __init__(self, arguments: Sequence[str], *, port: int = PORT, token: str = "") -> None:
        """`arguments`: of `finetop`, for each page's console. `token`: made up where none is given."""
        super().__init__(shlex.join([sys.executable, "-m", "tui", *arguments]), host=HOST, port=port, title="finetop")
        self.token = token or secrets.token_urlsafe(24)
        self._cookie = f"finetop-{port}"
        self._pages = 0

    @property
    def address(self) -> str:
        """What a person opens."""
        return f"{self.public_url}/?token={self.token}"

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._guard())
        return app

    async def on_startup(self, app: web.Application) -> None:
        print(f"finetop: open {self.address}", "(Ctrl+C ends it; trainings go on)", file=sys.stderr, flush=True)

    def initialize_logging(self) -> None:
        """The default prints local variables with each traceback, the token among them."""

    async def handle_websocket(self, request: web.Request) -> Any:
        """A page's console, up to so many at once."""
        if self._pages >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text=f"{MOST_PAGES} pages are open already; close one.")
        self._pages += 1
        try:
            return await super().handle_websocket(request)
        finally:
            self._pages -= 1

    def _guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if "token" in request.query:
                return self._let_in(request)
            refused = refusal(
                host=request.host,
                origin=request.headers.get("Origin"),
                is_socket=request.path == "/ws",
                port=self.port,
                knows_token=self._is_token(request.cookies.get(self._cookie, "")),
            )
            if refused:
                raise web.HTTPForbidden(text=refused, headers=_HEADERS)
            response = await handler(request)
            if not response.prepared:
                response.headers.update(_HEADERS)
            return response

        return guard

    def _let_in(self, request: web.Request) -> web.StreamResponse:
        """Keep the token in a cookie, and out of the address, which stays in histories."""
        if not (request.host == f"{HOST}:{self.port}" and self._is_token(request.query["token"])):
            raise web.HTTPForbidden(text=NO_TOKEN, headers=_HEADERS)
        response = web.Response(status=303, headers={"Location": "/", **_HEADERS})
        response.set_cookie(self._cookie, self.token, httponly=True, samesite="Strict", path="/")
        return response

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())


NO_TOKEN = "Open the address that `finetop --web` printed: it holds the token."


def refusal(*, host: str, origin: str | None, is_socket: bool, port: int, knows_token: bool) -> str:
    """Why a request is refused, empty where it is not. Pure.

    A name that resolves to this machine is not enough (DNS rebinding), and a socket must come from our own page.
    """
    if host != f"{HOST}:{port}":
        return f"This console answers at http://{HOST}:{port} alone."
    if not knows_token:
        return NO_TOKEN
    if origin is not None and origin != f"http://{host}":
        return "This console answers to its own page alone."
    if is_socket and origin is None:
        return "This console answers to browsers alone."
    return ""
