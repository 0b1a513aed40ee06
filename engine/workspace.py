"""Where everything lies: a workspace holds `datasets/`, `runs/`, `models/` and `stores/`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError

ENVIRONMENT_VARIABLE = "FINETOP_WORKSPACE"


@dataclass(frozen=True)
class Workspace:
    """A directory of datasets, runs and models. Nothing is created before it is written to."""

    root: Path

    @classmethod
    def locate(cls, given: str | Path | None = None) -> Workspace:
        """The workspace that `--workspace`, then `FINETOP_WORKSPACE`, then `./workspace` names."""
        root = Path(given or os.environ.get(ENVIRONMENT_VARIABLE) or "workspace").expanduser().absolute()
        if root.exists() and not root.is_dir():
            raise InputError(
                "the workspace is a file, not a directory",
                where=str(root),
                fix="name a directory with --workspace",
            )
        return cls(root)

    @classmethod
    def of(cls, given: WorkspaceLike) -> Workspace:
        """`given` itself where it is a workspace, else the one that it names (`locate`)."""
        return given if isinstance(given, cls) else cls.locate(given)  # type: ignore[arg-type]

    @property
    def datasets(self) -> Path:
        return self.root / "datasets"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def stores(self) -> Path:
        return self.root / "stores"


WorkspaceLike = str | Path | Workspace | None
"""How a caller may name one; None is what `Workspace.locate` takes by default."""
