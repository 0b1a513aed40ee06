"""Encryption at rest: a sealed file is told by its first bytes, and everybody reads through `read_bytes`.

    8 bytes  FTSEAL and the version        8 bytes  which key        12 bytes  nonce        the rest  AES-256-GCM

What stands before the nonce is authenticated with the content. The nonce is random: with 96 bits a key may seal
2**32 files (NIST SP 800-38D, 8.3). A sealed picture keeps its name, which is the hash of what it shows when it is
open, so one that was put in another's place is noticed.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any

from engine.errors import DataError, InputError
from engine.privacy.keys import ID_BYTES, Key, the_key

MAGIC = b"FTSEAL\x00\x01"
MOST_BYTES = 128 << 20
_NONCE_BYTES, _TAG_BYTES = 12, 16
_HEADER_BYTES = len(MAGIC) + ID_BYTES
OVERHEAD_BYTES = _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES
_NAMED_BY_CONTENT = re.compile(r"[0-9a-f]{24}\.[a-z0-9]{1,8}")


def read_bytes(path: Path) -> bytes:
    """The content of a file, opened where it is sealed.

    Raises OSError as reading does, and InputError for a sealed file that cannot be opened: no key, another key, or
    a content that was changed.
    """
    content = path.read_bytes()
    if not is_sealed(content):
        return content
    found = unseal(content, the_key(), str(path))
    if _NAMED_BY_CONTENT.fullmatch(path.name) and not path.name.startswith(hashlib.sha256(found).hexdigest()[:24]):
        raise _changed(str(path))
    return found


def is_sealed(content: bytes) -> bool:
    """Whether a content is a sealed one, by its first bytes."""
    return content.startswith(MAGIC)


def file_is_sealed(path: Path) -> bool:
    """Whether a file is sealed. Raises OSError."""
    with path.open("rb") as file:
        return is_sealed(file.read(len(MAGIC)))


def seal(content: bytes, key: Key) -> bytes:
    """A content that nobody reads without the key. Raises InputError where it is too large."""
    if len(content) > MOST_BYTES:
        raise InputError(f"longer than the {MOST_BYTES >> 20} MiB that are encrypted", fix="use a smaller picture")
    header, nonce = MAGIC + key.id, os.urandom(_NONCE_BYTES)
    return header + nonce + _cipher(key).encrypt(nonce, content, header)


def unseal(content: bytes, key: Key, where: str) -> bytes:
    """What was sealed. Raises InputError naming `where` for another key, DataError for a changed content."""
    if len(content) > MOST_BYTES + OVERHEAD_BYTES or len(content) < OVERHEAD_BYTES:
        raise _changed(where)
    header, rest = content[:_HEADER_BYTES], content[_HEADER_BYTES:]
    if header[len(MAGIC) :] != key.id:
        raise InputError(
            f"was encrypted with another key ({header[len(MAGIC) :].hex()}, and this one is {key.id.hex()})",
            where=where,
            fix="set FINETOP_KEY_FILE to the file of that key",
        )
    cipher = _cipher(key)
    from cryptography.exceptions import InvalidTag

    try:
        return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header)
    except InvalidTag as problem:
        raise _changed(where) from problem


def _cipher(key: Key) -> Any:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ModuleNotFoundError as problem:
        raise InputError(
            "encryption at rest needs the package cryptography", fix="install finetop with the extra `private`"
        ) from problem
    return AESGCM(key.secret)


def _changed(where: str) -> DataError:
    return DataError(
        "was changed or damaged since it was encrypted", where=where, fix="bring it back from a copy, or remove it"
    )
