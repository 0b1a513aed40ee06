"""The files of a run directory, by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

STATUS, EVENTS, CONTROL = "status.jsonl", "events.jsonl", "control.json"
"""For who looks at thousands of runs: a Path takes longer to make than its file to open."""


@dataclass(frozen=True)
class RunPaths:
    """Where the parts of one run lie. Nothing here touches the disk."""

    root: Path

    @property
    def id(self) -> str:
        """The run's id is its directory's name."""
        return self.root.name

    @property
    def workspace(self) -> Path:
        """The workspace that the run belongs to."""
        return self.root.parent.parent

    @property
    def spec(self) -> Path:
        """`run.yaml`: the resolved specification, written once."""
        return self.root / "run.yaml"

    @property
    def status(self) -> Path:
        """`status.jsonl`: written by the worker alone."""
        return self.root / STATUS

    @property
    def events(self) -> Path:
        """`events.jsonl`: written by the trainer alone."""
        return self.root / EVENTS

    @property
    def lock(self) -> Path:
        """`worker.lock`: flocked by the worker as long as it lives; its content says who that is."""
        return self.root / "worker.lock"

    @property
    def control(self) -> Path:
        """`control.json`: a request to stop."""
        return self.root / CONTROL

    @property
    def log(self) -> Path:
        """`trainer.log`: what the trainer and its libraries print."""
        return self.root / "trainer.log"

    @property
    def worker_log(self) -> Path:
        """`worker.log`: what the worker prints; empty unless something is wrong with it."""
        return self.root / "worker.log"

    @property
    def reserve(self) -> Path:
        """`.reserve`: space given back to write the end of a run on a full disk."""
        return self.root / ".reserve"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def model(self) -> Path:
        """`model/`: the best model, ready to load."""
        return self.root / "model"

    @property
    def report(self) -> Path:
        """`report.json`: evaluation on the held-out test split."""
        return self.root / "report.json"

    @property
    def metrics(self) -> Path:
        """`metrics.json`: of a training on feedback, what was before and after."""
        return self.root / "metrics.json"
