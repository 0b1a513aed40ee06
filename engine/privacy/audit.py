"""What was forgotten when, without saying who: `workspace/privacy/audit.jsonl`, to which lines are only added."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Any

import msgspec

from engine.files import fsync_directory
from engine.privacy.removal import Removal

FILE = "audit.jsonl"
_SALT_BYTES = 16
# RFC 7914; 16 MiB and a twentieth of a second for each name that somebody guesses.
_COST: dict[str, int] = {"n": 2**14, "r": 8, "p": 1}


def write_audit(folder: Path, removal: Removal, replaced: dict[str, str], left: int) -> None:
    """Add a line. The subject is there as a salted hash alone: whoever asks can show that it was about them."""
    salt = os.urandom(_SALT_BYTES)
    line: dict[str, Any] = {
        "finetop": 1,
        "t": time.time(),
        "what": removal.reason,
        "id": removal.id,
        "salt": salt.hex(),
        "subject_scrypt": _hashed(removal.subject, salt) if removal.subject else None,
        "profile": removal.profile,
        "model": removal.model,
        "rows": removal.rows,
        "feedback": removal.lines,
        "pictures": len(removal.pictures),
        "shared": len(removal.shared),
        "datasets": replaced,
        "trained": removal.runs,
        "versions": removal.versions,
        "left": left,
    }
    fd = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(fd, msgspec.json.encode(line) + b"\n")
        os.fsync(fd)
    finally:
        os.close(fd)
    fsync_directory(folder)


def is_about(line: dict[str, Any], subject: str) -> bool:
    """Whether an audit line is about this subject."""
    hashed = line.get("subject_scrypt")
    return isinstance(hashed, str) and hashed == _hashed(subject, bytes.fromhex(line["salt"]))


def _hashed(subject: str, salt: bytes) -> str:
    return hashlib.scrypt(subject.encode(), salt=salt, **_COST, dklen=32).hex()
