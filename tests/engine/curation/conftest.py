from __future__ import annotations

from pathlib import Path

import pytest

from engine.datasets.store import Dataset
from engine.workspace import Workspace

from .drawing import drawn, jpeg, png, softened, stored


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def faulty(workspace: Workspace) -> Dataset:
    """Four classes of ten in train, two each in test; with one fault of each kind, at known lines of train.

    1 blurred, 2 dark, 11 labelled wrongly, 41 a JPEG of line 5, 42 a picture of test (line 1), 43 no picture.
    """
    train = [(png(drawn(kind, at)), f"class-{kind}") for kind in range(4) for at in range(10)]
    test = [(png(drawn(kind, 20 + at)), f"class-{kind}") for kind in range(4) for at in range(2)]
    train[0] = png(softened(drawn(0, 0))), "class-0"
    train[1] = png(drawn(0, 1) // 12), "class-0"
    train[10] = png(drawn(1, 0)), "class-3"
    train.append((jpeg(drawn(0, 4), 85), "class-0"))
    train.append(test[0])
    train.append((b"\x89PNG\r\n\x1a\n and no more", "class-2"))
    return stored(workspace, {"train": train, "test": test})
