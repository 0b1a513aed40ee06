"""A real server on loopback that publishes files with ranges, and breaks off where it is told."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Publisher:
    """`files` by path; what it was asked is kept in `ranges`, '' for a whole file."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        """Added to every answer."""
        self.etag: str | None = '"one"'
        self.takes_ranges = True
        self.breaks_after: list[int] = []
        """Bytes after which each of the next answers breaks off."""
        self.status = 0
        """Answer this in place of anything."""
        self.ranges: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        self.ranges.append(request.headers.get("Range", ""))
        if self.status:
            request.send_error(self.status)
            return
        if request.path in self.redirects:
            request.send_response(302)
            request.send_header("Location", self.redirects[request.path])
            request.end_headers()
            return
        content = self.files.get(request.path)
        if content is None:
            request.send_error(404)
            return
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        same = request.headers.get("If-Range") == self.etag
        start = int(asked[1]) if asked and self.takes_ranges and same else 0
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        request.send_header("Content-Length", str(len(content) - start))
        for name, value in {"ETag": self.etag, **self.headers}.items():
            if value is not None:
                request.send_header(name, value)
        request.end_headers()
        rest = content[start:]
        request.wfile.write(rest[: self.breaks_after.pop(0)] if self.breaks_after else rest)


def _handler(publisher: Publisher) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            publisher.answer(self)

        def log_message(self, *_: Any) -> None: ...

    return Handler
