"""Serves: binds, runs uvicorn, ends well."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from engine.errors import InputError
from engine.service.app import new_app
from engine.service.chores import chores_of
from engine.service.origins import is_loopback
from engine.service.projects import Projects
from engine.service.service import Service
from engine.service.tokens import TokenStore
from engine.workspace import Workspace

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8001
END_WITHIN_S = 10


def serve(
    workspace: Workspace,
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    profiles: Sequence[str | Path] = (),
    allow_private: bool = False,
    log_level: str = "info",
) -> None:
    """Serve until TERM or INT. Raises InputError when it cannot be begun."""
    tokens = TokenStore(workspace)
    is_local = is_loopback(host)
    if not is_local and not any(token.state() == "valid" for token in tokens.all()):
        raise InputError(
            f"{host} can be reached from other machines, and there is no token",
            fix="make one first: `engine tokens new NAME --scopes read,predict`",
        )
    service = Service(workspace, Projects(profiles), tokens, is_local=is_local)
    service.fetching = replace(service.fetching, allow_private=allow_private)
    service.background = chores_of(service)
    with bound(host, port) as listening:
        print(f"http://{_authority(listening)}", flush=True)  # with --port 0 nobody else could know
        Server(service, log_level).run(sockets=[listening])


def _authority(listening: socket.socket) -> str:
    address, port = listening.getsockname()[:2]
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


class Server(uvicorn.Server):
    """Tells streams that it ends: they would be waited for."""

    def __init__(self, service: Service, log_level: str = "warning") -> None:
        config = uvicorn.Config(
            new_app(service),
            log_level=log_level,
            access_log=log_level == "debug",
            # Who sends is who is connected: a header could claim anything.
            proxy_headers=False,
            server_header=False,
            limit_concurrency=service.limits.connections,
            timeout_graceful_shutdown=END_WITHIN_S,
            ws="none",
        )
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._service.closing.set()
        super().handle_exit(sig, frame)


def bound(host: str, port: int) -> socket.socket:
    """A listening socket: bound before anything is started, so that a port that is taken is one sentence."""
    try:
        found: list[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as problem:
        raise InputError(f"there is no address {host}", fix="give one of this machine's with --host") from problem
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
        listening.setblocking(False)
    except OSError as problem:
        listening.close()
        raise InputError(
            f"{host}:{port} cannot be listened on ({problem.strerror})", fix="give another with --port"
        ) from problem
    return listening
