"""Which version answers a key: the same one as long as the share stays, and no way back when it rises."""

from __future__ import annotations

import hashlib
import secrets
from typing import Literal

from engine.errors import InputError
from engine.traffic.deployment import WHOLE, Deployment

Arm = Literal["production", "candidate"]
LONGEST_KEY = 1000
_HASH_BYTES = 8


def checked_key(key: str | None) -> str:
    """The key of a request; a random one where it has none, which the caller hands back. Raises InputError."""
    if key is None:
        return secrets.token_hex(16)
    if not key or len(key) > LONGEST_KEY:
        raise InputError(f"a request key has 1 to {LONGEST_KEY} characters", fix="shorten it, or leave it out")
    return key


def key_hash(salt: str, key: str) -> str:
    """What stands for a key on disk: 16 hex digits. It is not the number that the key is assigned by."""
    return _digest("key", salt, key).hex()


def position(salt: str, key: str) -> float:
    """Where a key falls in [0, 100): evenly, and for another salt elsewhere."""
    return int.from_bytes(_digest("arm", salt, key)) * WHOLE / 256**_HASH_BYTES


def arm_of(deployment: Deployment, key: str) -> Arm:
    """Who answers a key. A greater share takes keys from production and gives none back."""
    return "candidate" if position(deployment.salt, key) < deployment.share else "production"


def _digest(purpose: str, salt: str, key: str) -> bytes:
    # Salts have no space in them, and a key may be any text, half a surrogate pair too.
    return hashlib.sha256(f"{purpose} {salt} {key}".encode("utf-8", "surrogatepass")).digest()[:_HASH_BYTES]
