"""Where webhooks lie in a workspace, and how they are held.

    workspace/webhooks/
      endpoints.json     who is told, with the secrets
      webhooks.lock      held for a moment by whoever changes endpoints or queues
      queue/ENDPOINT/    the queue of one endpoint: see engine.webhooks.spool

Only the owner may look into it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from engine.errors import WorkError
from engine.runs.locks import try_lock
from engine.workspace import Workspace

PATIENCE_S = 30.0
_OWNER_ALONE = 0o700


def home(workspace: Workspace) -> Path:
    """The directory of all that concerns webhooks; it need not be there."""
    return workspace.root / "webhooks"


def endpoints_file(workspace: Workspace) -> Path:
    return home(workspace) / "endpoints.json"


def queue_of(workspace: Workspace, endpoint: str) -> Path:
    return home(workspace) / "queue" / endpoint


@contextlib.contextmanager
def held(workspace: Workspace) -> Iterator[None]:
    """Alone with endpoints and queues, for a moment: nothing inside waits for a network. Raises WorkError when others
    hold them for long."""
    home(workspace).mkdir(mode=_OWNER_ALONE, parents=True, exist_ok=True)
    lock = home(workspace) / "webhooks.lock"
    fd = try_lock(lock, patience_s=PATIENCE_S)
    if fd is None:
        raise WorkError("another process holds the webhooks", where=str(lock), fix="try again")
    try:
        yield
    finally:
        os.close(fd)


def clear_left_overs(folder: Path) -> None:
    """What killed processes left half-written aside. The caller holds the webhooks: nobody writes here now."""
    for path in folder.glob(".*.tmp"):
        path.unlink(missing_ok=True)
