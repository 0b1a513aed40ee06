"""The phases of a run: which there are, and what each left on disk.

A phase that ended leaves its best encoder in `checkpoints/phase-N/`, published like a checkpoint, so that
a run killed later finds it again and never trains it twice.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.files import read_json, write_json
from engine.runs.checkpoints import newest_valid, publish
from engine.tasks.contract import Job
from engine.tasks.sentence_similarity.config import SUPERVISED, UNSUPERVISED, Config
from engine.training.snapshot import POSITION_FILE

OUTCOME_FILE = "outcome.json"
ENCODER_FILE = "encoder.safetensors"


@dataclass(frozen=True)
class PlannedPhase:
    """A phase before it runs. `after` is the phase whose encoder it starts from; None: the base."""

    index: int
    name: str
    after: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How a phase ended."""

    name: str
    steps: int
    """Optimizer steps of the run at its end."""
    best_step: int
    correlation: float
    """On validation, of the encoder it left."""
    seconds: float
    """Wall time, since the last resume."""


def plan_phases(config: Config) -> list[PlannedPhase]:
    """The phases of a run, in order."""
    return [
        PlannedPhase(index, outline.name, after=UNSUPERVISED if outline.name == SUPERVISED else None)
        for index, outline in enumerate(config.phases({}))
    ]


def publish_outcome(job: Job, phase: PlannedPhase, outcome: Outcome, encoder: dict[str, Tensor]) -> None:
    """Keep the phase's encoder, and mark in the run's checkpoints that the phase is over."""
    with publish(_directory(job, phase), outcome.steps, keep=1) as staging:
        save_file({name: tensor.contiguous() for name, tensor in encoder.items()}, staging / ENCODER_FILE)
        write_json(staging / OUTCOME_FILE, asdict(outcome))
    keep = job.policy.keep_checkpoints if job.policy else 2
    with publish(job.paths.checkpoints, outcome.steps, keep=keep) as staging:
        write_json(staging / POSITION_FILE, {"phase": phase.name, "phase_index": phase.index, "finished": True})
    job.events.checkpoint(
        outcome.steps, f"checkpoints/step-{outcome.steps:08d}", score=outcome.correlation, best=False
    )


def read_outcome(job: Job, phase: PlannedPhase) -> tuple[Outcome, dict[str, Tensor]] | None:
    """What the phase left; None when it has not ended, or what it left does not verify."""
    if job.resume_from is None:
        return None
    found = newest_valid(_directory(job, phase))
    if found is None:
        return None
    outcome = msgspec.convert(read_json(found.path / OUTCOME_FILE), Outcome, strict=False)
    return outcome, load_file(found.path / ENCODER_FILE)


def interrupted_phase(job: Job) -> int | None:
    """Index of the phase inside which the checkpoint lies that the run goes on from.

    Ask before any phase runs: the checkpoint is pruned when newer ones are published.
    """
    if job.resume_from is None:
        return None
    position: dict[str, Any] = read_json(job.resume_from / POSITION_FILE)
    return None if position.get("finished", False) else int(position["phase_index"])


def _directory(job: Job, phase: PlannedPhase) -> Path:
    return job.paths.checkpoints / f"phase-{phase.index}"
