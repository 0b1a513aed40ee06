"""Fetches an image into memory from somebody who is not trusted."""

from __future__ import annotations

from engine.errors import DataError
from engine.feedback.limits import Limits
from engine.network.client import Answer, Client, Resolve, Rules, look_up
from engine.network.deadline import Deadline

_CHUNK = 1 << 16
_HEADERS = {"User-Agent": "finetop-feedback", "Accept": "image/png, image/jpeg"}


class Fetcher:
    """Fetches within limits. Threads may share it.

    `resolve` stands in for the system's name resolution.
    """

    def __init__(self, limits: Limits | None = None, *, resolve: Resolve = look_up) -> None:
        self.limits = limits or Limits()
        rules = Rules(
            allow_private=self.limits.allow_private,
            connect_timeout_s=self.limits.connect_timeout_s,
            idle_timeout_s=self.limits.total_timeout_s,
            max_redirects=self.limits.max_redirects,
        )
        self._client = Client(rules, resolve=resolve)

    def fetch(self, url: str) -> bytes:
        """The content behind a URL. Raises DataError, whose sentence says what to do."""
        with self._client.get(url, Deadline(self.limits.total_timeout_s), _HEADERS) as answer:
            return self._body(answer)

    def _body(self, answer: Answer) -> bytes:
        limit = self.limits.max_bytes
        content = bytearray()
        too_long = answer.length is not None and answer.length > limit
        while not too_long and (chunk := answer.read(_CHUNK)):
            content += chunk
            too_long = len(content) > limit
        if too_long:
            raise DataError(f"longer than the {_size(limit)} that are fetched", fix="send a smaller image")
        return bytes(content)


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count} bytes"
