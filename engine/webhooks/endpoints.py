"""Who is told: `webhooks/endpoints.json`, which only its owner may read, as it holds the secrets."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Sequence
from ipaddress import ip_address

import msgspec

from engine.errors import InputError, NotFoundError
from engine.files import atomic_file
from engine.webhooks.kinds import KINDS
from engine.webhooks.places import clear_left_overs, endpoints_file, held, home, queue_of
from engine.webhooks.signing import key_of, new_secret
from engine.workspace import Workspace

FORMAT = 1
MOST = 32
"""Endpoints of a workspace: each has its own queue and its own thread."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver."""

    id: str
    url: str
    secret: str
    kinds: tuple[str, ...] = ()
    """Of events that it is told; all when empty."""
    profiles: tuple[str, ...] = ()
    """Whose events it is told; of all when empty."""
    allow_private: bool = False
    """It may be at a private or loopback address."""
    created: float
    """Unix seconds: nothing that happened before is told."""
    disabled: str = ""
    """Why it is told nothing for now; empty while it is."""

    def __repr__(self) -> str:
        return f"Endpoint({self.id})"  # its secret and its URL belong in no log and no traceback

    def wants(self, kind: str, profile: str, happened: float) -> bool:
        """Whether it is told of an event that happened at a moment (Unix seconds)."""
        return (
            not self.disabled
            and happened >= self.created
            and (not self.kinds or kind in self.kinds)
            and (not self.profiles or profile in self.profiles)
        )

    @property
    def place(self) -> str:
        """Where it is, for people: a query, and what follows `/` at length, may be keys."""
        scheme, _, rest = self.url.partition("?")[0].partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme}://{host}{slash}{path if len(path) <= 24 else path[:12] + '…'}"


class _Endpoints(msgspec.Struct, frozen=True):
    finetop: int
    endpoints: tuple[Endpoint, ...]


def read_endpoints(workspace: Workspace) -> tuple[Endpoint, ...]:
    """All endpoints in the order in which they were added; none where none ever was. Raises InputError."""
    path = endpoints_file(workspace)
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Endpoints)
    except FileNotFoundError:
        return ()
    except (ValueError, RecursionError) as problem:
        raise InputError("cannot be read", where=str(path), fix="move it away, then add them anew") from problem
    if found.finetop != FORMAT:
        raise InputError("written by another version of finetop", where=str(path), fix="use that version")
    return found.endpoints


def add_endpoint(
    workspace: Workspace,
    url: str,
    *,
    kinds: Sequence[str] = (),
    profiles: Sequence[str] = (),
    secret: str | None = None,
    allow_private: bool = False,
    now: float | None = None,
) -> Endpoint:
    """Tell this URL from now on. Raises InputError for what cannot be used; then nothing was written.

    `secret` is `whsec_` and Base64; one is made when it is left out.
    """
    _check_url(url, allow_private=allow_private)
    unknown = next((kind for kind in kinds if kind not in KINDS), None)
    if unknown is not None:
        raise InputError(f"there is no kind of event {unknown!r}", fix=f"there are {', '.join(KINDS)}")
    if secret is not None:
        key_of(secret)
    endpoint = Endpoint(
        id=f"we_{secrets.token_hex(4)}",
        url=url,
        secret=secret or new_secret(),
        kinds=tuple(dict.fromkeys(kinds)),
        profiles=tuple(dict.fromkeys(profiles)),
        allow_private=allow_private,
        created=time.time() if now is None else now,
    )
    with held(workspace):
        others = read_endpoints(workspace)
        if len(others) >= MOST:
            raise InputError(f"there are {MOST} endpoints already", fix="remove one first")
        same = next((other for other in others if other.url == url), None)
        if same is not None:
            raise InputError(f"{same.id} is told at this URL", fix=f"`engine webhooks remove {same.id}` first")
        _write(workspace, (*others, endpoint))
    return endpoint


def find_endpoint(workspace: Workspace, id: str) -> Endpoint:
    """The endpoint that an id, or a unique beginning of one, names. Raises NotFoundError."""
    matching = [each for each in read_endpoints(workspace) if id and each.id.startswith(id)]
    if len(matching) == 1:
        return matching[0]
    what = f"{len(matching)} endpoints begin with {id!r}" if matching else f"there is no endpoint {id!r}"
    raise NotFoundError(what, fix="`engine webhooks list` shows them")


def remove_endpoint(workspace: Workspace, id: str) -> Endpoint:
    """Tell it nothing any more; what was on its way to it is gone. Raises NotFoundError."""
    with held(workspace):
        endpoint = find_endpoint(workspace, id)
        _write(workspace, tuple(each for each in read_endpoints(workspace) if each.id != endpoint.id))
        shutil.rmtree(queue_of(workspace, endpoint.id), ignore_errors=True)
    return endpoint


def disable_endpoint(workspace: Workspace, id: str, why: str) -> Endpoint:
    """Tell it nothing until it is enabled; what is on its way waits. Raises NotFoundError."""
    return _changed(workspace, id, disabled=why)


def enable_endpoint(workspace: Workspace, id: str) -> Endpoint:
    """Tell it again; what happened meanwhile it is not told. Raises NotFoundError."""
    return _changed(workspace, id, disabled="")


def _changed(workspace: Workspace, id: str, *, disabled: str) -> Endpoint:
    with held(workspace):
        changed = msgspec.structs.replace(find_endpoint(workspace, id), disabled=disabled)
        all_of_them = (changed if each.id == changed.id else each for each in read_endpoints(workspace))
        _write(workspace, tuple(all_of_them))
    return changed


def _write(workspace: Workspace, endpoints: tuple[Endpoint, ...]) -> None:
    content = msgspec.json.format(msgspec.json.encode(_Endpoints(FORMAT, endpoints)), indent=2)
    clear_left_overs(home(workspace))
    with atomic_file(endpoints_file(workspace)) as temporary, open(temporary, "xb", opener=_for_the_owner) as file:
        file.write(content + b"\n")


def _for_the_owner(path: str, flags: int) -> int:
    """Never readable by others, not even for the moment before a mode is changed."""
    return os.open(path, flags, 0o600)


def _check_url(url: str, *, allow_private: bool) -> None:
    from engine.network.addresses import kind_refused
    from engine.network.urls import parse_url

    host = parse_url(url).host
    try:
        ip_address(host)
    except ValueError:
        return  # a name: it is looked up, and its addresses are checked, each time something is sent
    kind = kind_refused(host, allow_private=allow_private)
    if kind is not None:
        own = "allow it with --allow-private if the receiver is yours"
        raise InputError(
            f"{host} is a {kind} address, which is not sent to",
            fix=own if kind in {"private", "loopback"} else "use a public address",
        )
