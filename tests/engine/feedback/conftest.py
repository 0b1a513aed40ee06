from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.feedback.limits import Limits
from engine.workspace import Workspace

from .sent import picture
from .servers import Server


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


@pytest.fixture
def own_network() -> Limits:
    """Loopback is allowed; what takes long is given up soon."""
    return Limits(allow_private=True, connect_timeout_s=2, total_timeout_s=5, max_redirects=3)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """The folder of a payload, with images a.png and b.jpg."""
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "a.png").write_bytes(picture())
    (folder / "b.jpg").write_bytes(picture((80, 60), "JPEG", "navy"))
    return folder
