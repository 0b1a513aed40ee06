"""Bearer tokens: who may ask for what. Kept as SHA-256 alone, in `workspace/service/tokens.json`.

A token is 256 random bits, so a plain hash is as good as a slow one: there is nothing to guess. A token that was
revoked stays in the file: a store that ever had one never goes back to letting everybody in.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from engine.errors import InputError, NotFoundError, WorkError
from engine.files import atomic_file
from engine.runs.locks import try_lock
from engine.service.access import SCOPES
from engine.workspace import Workspace

FOLDER = "service"
FILE = "tokens.json"
PREFIX = "ft_"
PATIENCE_S = 10.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a token."""

    name: str
    sha256: str
    scopes: tuple[str, ...]
    created: float
    expires: float | None = None
    """Unix seconds; None: never."""
    revoked: float | None = None

    def state(self, now: float | None = None) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked is not None:
            return "revoked"
        now = time.time() if now is None else now
        return "expired" if self.expires is not None and self.expires <= now else "valid"


class _Document(msgspec.Struct, frozen=True):
    tokens: tuple[Token, ...] = ()


class TokenStore:
    """The tokens of a workspace. Read again as soon as the file is another; threads may share it."""

    def __init__(self, workspace: Workspace) -> None:
        self.path = workspace.root / FOLDER / FILE
        self._read_lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._tokens: tuple[Token, ...] = ()

    def all(self) -> tuple[Token, ...]:
        """Every token that was ever made, the revoked ones too. Raises InputError for a file that cannot be read."""
        with self._read_lock:
            try:
                found = os.stat(self.path)  # noqa: PTH116 - asked for each request
            except FileNotFoundError:
                self._seen, self._tokens = None, ()
                return ()
            identity = (found.st_ino, found.st_mtime_ns, found.st_size)
            if identity != self._seen:
                self._tokens = self._read()
                self._seen = identity
            return self._tokens

    def find(self, secret: str) -> Token | None:
        """The token whose secret this is, in whatever state; None for none."""
        digest = _digest(secret)
        found = None
        for token in self.all():
            # Every one is compared, each in constant time: how long it takes says nothing.
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found

    def new(self, name: str, scopes: Sequence[str], expires_days: float | None = None) -> str:
        """Make a token; the secret is returned this once and kept nowhere. Raises InputError."""
        if not _NAME.fullmatch(name):
            raise InputError(f"{name!r} is no name for a token", fix="use up to 60 letters, digits, dots and hyphens")
        unknown = sorted({*scopes} - {*SCOPES})
        if unknown or not scopes:
            what = f"there is no scope {unknown[0]!r}" if unknown else "a token without a scope opens nothing"
            raise InputError(what, fix=f"name some of {', '.join(SCOPES)}")
        if expires_days is not None and not 0 < expires_days <= 36_500:
            raise InputError(f"a token cannot expire in {expires_days:g} days", fix="give 1 to 36500")
        secret = PREFIX + secrets.token_urlsafe(32)
        now = time.time()
        expires = None if expires_days is None else now + expires_days * 86_400
        own = tuple(scope for scope in SCOPES if scope in scopes)
        token = Token(name=name, sha256=_digest(secret), scopes=own, created=now, expires=expires)
        with self._changing() as tokens:
            if any(other.name == name and other.state() == "valid" for other in tokens):
                raise InputError(f"there is a token {name!r} already", fix="revoke it, or give another name")
            tokens[:] = [*(other for other in tokens if other.name != name), token]
        return secret

    def revoke(self, name: str) -> None:
        """Make a token worthless, at once and for good. Raises NotFoundError."""
        with self._changing() as tokens:
            at = next((at for at, token in enumerate(tokens) if token.name == name), None)
            if at is None:
                raise NotFoundError(f"there is no token {name!r}", fix="`engine tokens list` shows them")
            if tokens[at].revoked is None:
                tokens[at] = msgspec.structs.replace(tokens[at], revoked=time.time())

    @contextlib.contextmanager
    def _changing(self) -> Iterator[list[Token]]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = try_lock(self.path.with_suffix(".lock"), patience_s=PATIENCE_S)
        if fd is None:
            raise WorkError("another process changes the tokens", where=str(self.path), fix="try again")
        try:
            tokens = list(self._read() if self.path.exists() else ())
            yield tokens
            with atomic_file(self.path) as temporary:
                # Nobody else may read it, not even before it has its name.
                temporary.touch(mode=0o600)
                temporary.chmod(0o600)
                temporary.write_bytes(msgspec.json.format(msgspec.json.encode(_Document(tuple(tokens))), indent=2))
        finally:
            os.close(fd)

    def _read(self) -> tuple[Token, ...]:
        try:
            return msgspec.json.decode(Path(self.path).read_bytes(), type=_Document).tokens
        except (OSError, ValueError, RecursionError) as problem:
            # Never taken for an empty store, which would let everybody in.
            raise InputError(
                "the tokens cannot be read", where=str(self.path), fix="put the file right, or remove it"
            ) from problem


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
