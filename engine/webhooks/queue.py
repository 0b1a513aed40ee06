"""Takes an event in: from then on it is told to every endpoint that wants it, whatever is killed.

Light: the worker of a run calls it. Without an endpoint it reads one file name and writes nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from engine.errors import InputError
from engine.webhooks.endpoints import read_endpoints
from engine.webhooks.kinds import KINDS
from engine.webhooks.places import endpoints_file, held
from engine.webhooks.spool import Spool
from engine.workspace import Workspace

MOST_BYTES = 64 * 1024
"""Of a body."""


class _OfAProfile(msgspec.Struct):
    profile: str = ""


def enqueue(
    workspace: Workspace,
    kind: str,
    id: str,
    payload: Mapping[str, Any] | msgspec.Struct,
    *,
    happened: float | None = None,
) -> tuple[str, ...]:
    """Queue an event for the endpoints that want it; returns the ids of those that had not got it before.

    `id` is the same whenever the same event is told, such as `run.finished:RUN:1`: doing it again does nothing.
    `payload` is what the body holds beside `kind`, `id` and `t` (`happened`, Unix seconds, now by default); its
    `profile` is what endpoints filter by. An endpoint that was added after it happened is not told. When this
    returns, the event is on the disk. Raises InputError for an event that cannot be sent, WorkError and OSError when
    it cannot be kept.
    """
    if not endpoints_file(workspace).exists():
        return ()
    happened = time.time() if happened is None else happened
    body = encoded(kind, id, payload, happened)
    if kind not in KINDS:
        raise InputError(f"there is no kind of event {kind!r}", fix=f"there are {', '.join(KINDS)}")
    profile = msgspec.json.decode(body, type=_OfAProfile).profile
    if not any(endpoint.wants(kind, profile, happened) for endpoint in read_endpoints(workspace)):
        return ()
    with held(workspace):
        # Read again: one that was removed a moment ago gets no queue.
        wanting = [each.id for each in read_endpoints(workspace) if each.wants(kind, profile, happened)]
        now = time.time()
        return tuple(each for each in wanting if Spool(workspace, each).accept(key_of_event(id), body, now))


def encoded(kind: str, id: str, payload: Mapping[str, Any] | msgspec.Struct, happened: float) -> bytes:
    """The body of an event. Raises InputError when it is no JSON or too long. NaN and infinity become null."""
    own = {"kind": kind, "id": id, "t": happened}
    try:
        body = msgspec.json.encode(own | msgspec.to_builtins(payload) | own)
    except (TypeError, ValueError, RecursionError) as problem:
        raise InputError(f"the event {id} is no JSON ({problem})", fix="send numbers, texts and lists") from problem
    if len(body) > MOST_BYTES:
        raise InputError(f"the event {id} has {len(body)} bytes", fix=f"send at most {MOST_BYTES}")
    return body


def key_of_event(id: str) -> str:
    """32 hexadecimal digits for the id of an event: fit for a file name and a header, and without the full stop
    that would make the signed text ambiguous."""
    return hashlib.sha256(id.encode()).hexdigest()[:32]
