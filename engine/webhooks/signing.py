"""Signatures of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, in three headers.

https://www.standardwebhooks.com: its libraries verify what is signed here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping

from engine.errors import InputError

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
SECRET_BYTES = 32
TOLERANCE_S = 300.0
"""How far the clocks of sender and receiver may be apart; what was caught on the way is worthless after that."""
_FEWEST, _MOST = 24, 64
"""Bytes of a secret, as Standard Webhooks bounds them."""


def new_secret() -> str:
    """A fresh secret of 256 random bits: `whsec_` and Base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The key that a secret stands for. Raises InputError, which does not repeat the secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not _FEWEST <= len(key) <= _MOST:
        raise InputError(
            f"the secret is not Base64 of {_FEWEST} to {_MOST} bytes", fix="leave it out, and one is made"
        )
    return key


def signed_headers(secret: str, id: str, body: bytes, now: float) -> dict[str, str]:
    """The three headers that go with a body sent at `now` (Unix seconds)."""
    timestamp = str(int(now))
    return {ID: id, TIMESTAMP: timestamp, SIGNATURE: f"v1,{_signature(key_of(secret), id, timestamp, body)}"}


def verify(
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float | None = None,
    tolerance_s: float = TOLERANCE_S,
) -> str:
    """For a receiver: the id of a message that came from the holder of the secret, and not long ago.

    The same id comes again when an earlier answer was not understood. Raises InputError for anything else.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        id, timestamp, signatures = given[ID], given[TIMESTAMP], given[SIGNATURE]
    except KeyError as missing:
        raise InputError(f"the header {missing.args[0]} is missing", fix="send a signed webhook") from None
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        raise InputError(f"the header {TIMESTAMP} is no time", fix="send Unix seconds")
    if "." in id:
        # `a.1` at 2 and `a` at 1 would be signed alike.
        raise InputError(f"the header {ID} holds a full stop", fix="send an id without")
    if abs((time.time() if now is None else now) - int(timestamp)) > tolerance_s:
        raise InputError("the message was signed too long ago, or in the future", fix="check both clocks")
    expected = f"v1,{_signature(key_of(secret), id, timestamp, body)}".encode()
    # All of them, whichever matches: how long it takes says nothing.
    matching = [hmac.compare_digest(expected, each.encode("utf-8", "replace")) for each in signatures.split(" ")]
    if not any(matching):
        raise InputError("the signature does not match the message", fix="check the secret, and sign the raw body")
    return id


def _signature(key: bytes, id: str, timestamp: str, body: bytes) -> str:
    content = b".".join((id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
