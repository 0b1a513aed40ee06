"""The key that pictures are sealed with: a file that its owner alone can read, named by FINETOP_KEY_FILE."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import InputError
from engine.files import fsync_directory

ENVIRONMENT_VARIABLE = "FINETOP_KEY_FILE"
KEY_BYTES = 32
ID_BYTES = 8
_FIRST_WORD = "finetop-key-1"
_MOST_BYTES = 4096
_MAKE_ONE = f"make one with `engine data key new FILE` and set {ENVIRONMENT_VARIABLE}=FILE"


@dataclass(frozen=True)
class Key:
    """A secret of 256 bits, and a name that tells it from other keys without giving it away."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        """The first bytes of a hash of the secret; they stand in every file that it sealed."""
        return hashlib.sha256(b"finetop key id\0" + self.secret).digest()[:ID_BYTES]


def the_key() -> Key:
    """The key of the file that FINETOP_KEY_FILE names. Raises InputError."""
    name = os.environ.get(ENVIRONMENT_VARIABLE)
    if not name:
        raise InputError(
            f"the pictures are encrypted at rest, and {ENVIRONMENT_VARIABLE} names no key",
            fix=f"set it to the file of the key, or {_MAKE_ONE}",
        )
    return read_key(Path(name).expanduser())


def read_key(path: Path) -> Key:
    """The key in a file. Raises InputError for one that others can read, or that holds none."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        raise InputError(f"the key cannot be read ({problem.strerror})", where=str(path), fix=_MAKE_ONE) from problem
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise InputError("the key is no file", where=str(path), fix=_MAKE_ONE)
        if found.st_mode & 0o077:
            raise InputError(
                f"others can read the key (its mode is {stat.S_IMODE(found.st_mode):04o})",
                where=str(path),
                fix=f"write `chmod 600 {path}`",
            )
        text = os.read(fd, _MOST_BYTES)
    finally:
        os.close(fd)
    words = text.split()
    try:
        secret = base64.b64decode(words[1], validate=True) if len(words) == 2 else b""
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES or words[0] != _FIRST_WORD.encode():
        raise InputError("holds no key of finetop", where=str(path), fix=_MAKE_ONE)
    return Key(secret)


def new_key(path: Path) -> Key:
    """Write a new random key to a file that is not there yet, readable by its owner alone. Raises InputError."""
    key = Key(os.urandom(KEY_BYTES))
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as problem:
        raise InputError(
            "there is a file already, and a key that is written over opens nothing any more",
            where=str(path),
            fix="name another file",
        ) from problem
    except OSError as problem:
        raise InputError(
            f"the key cannot be written ({problem.strerror})", where=str(path), fix="name another file"
        ) from problem
    with os.fdopen(fd, "wb") as file:
        file.write(f"{_FIRST_WORD} {base64.b64encode(key.secret).decode()}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    fsync_directory(path.absolute().parent)
    return key
