from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.webhooks.endpoints import Endpoint, add_endpoint
from engine.workspace import Workspace

from .receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def endpoint(workspace: Workspace, receiver: Receiver) -> Endpoint:
    """The receiver, told of everything."""
    return add_endpoint(workspace, receiver.url(), allow_private=True)
