"""How long a body may be and how long it may take: counted as it comes, whatever its headers say."""

from __future__ import annotations

import asyncio
import time

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from engine.service.errors import Refused

_CLOSE = {"Connection": "close"}


def limited(scope: Scope, receive: Receive, max_bytes: int, timeout_s: float) -> Receive:
    """`receive` of a request, which raises Refused: 413 beyond `max_bytes`, 408 when the body is not there in time.

    A body whose Content-Length is too large is refused before a byte of it is read.
    """
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdigit() or int(length[:20]) > max_bytes:
        raise _too_long(max_bytes)
    deadline = time.monotonic() + timeout_s
    received, is_whole = 0, False

    async def counted() -> Message:
        nonlocal received, is_whole
        if is_whole:  # from here on there is nothing but the end of the connection to wait for
            return await receive()
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                message = await receive()
        except TimeoutError as problem:
            raise Refused(
                408, f"the body did not come within {timeout_s:g} s", fix="send it faster, or less", headers=_CLOSE
            ) from problem
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            if received > max_bytes:
                raise _too_long(max_bytes)
        return message

    return counted


def _too_long(max_bytes: int) -> Refused:
    shown = f"{max_bytes >> 20} MiB" if max_bytes >= 1 << 20 else f"{max_bytes >> 10} KiB"
    return Refused(413, f"the body is longer than the {shown} that are read", fix="send less at once", headers=_CLOSE)
