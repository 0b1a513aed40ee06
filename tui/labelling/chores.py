"""What Label starts beside the labelling: training, proposing folders, writing labels out. Slow: call in threads."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import WorkError
from engine.folders.labelling.apply_log import apply_log
from tui.labelling.place import LabelSet

if TYPE_CHECKING:
    from engine.workspace import Workspace

BATCH = 50
"""Folders of a proposal."""
ENOUGH = 20
"""Labels from which on they choose what is labelled next."""
ENGINE: tuple[str, ...] = (sys.executable, "-m", "engine")


@dataclass(frozen=True)
class Proposed:
    """Folders to label next, and how they were chosen."""

    paths: tuple[str, ...]
    how: str


def train_on_labels(workspace: Workspace, database: Path, wanted: LabelSet, preset: str) -> str:
    """Make the labels a dataset and start a run of the profile's model on it; returns the run's id. Raises
    InputError that says what is missing."""
    from engine.api import train
    from engine.folders.api import make_dataset
    from engine.folders.profile import classifier_of

    apply_log(database, wanted.name)
    profile = str(wanted.profile)
    model = classifier_of(profile, wanted.name, preset=preset).model.model
    made = make_dataset(
        database, profile=profile, taxonomy=wanted.name, model=model, preset=preset, workspace=workspace.root
    )
    (handle,) = train(
        profile,
        [model],
        preset=preset,
        overrides=[f"taxonomy={wanted.name}"],
        dataset=made.id,
        workspace=workspace,
    )
    return handle.id


def propose(workspace: Workspace, database: Path, wanted: LabelSet, run: str, labelled: int) -> Proposed:
    """The folders that teach most: those that the labels say least of, in the eyes of a run's model where there is
    one; before there are enough labels, folders as unlike each other as can be.

    Asks `engine folders samples` in a process of its own, which may import what the console must not.
    """
    from engine.folders.samples.training_db import training_db
    from engine.folders.sheets.columns import number_of
    from engine.sheet import Sheet

    apply_log(database, wanted.name)
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "batch.csv"
        command = [*ENGINE, "folders", "samples", "--training-db", str(database), "--output", str(sheet)]
        command += ["--size", str(BATCH), "--taxonomy", wanted.name, "--profile", str(wanted.profile)]
        command += ["--workspace", str(workspace.root)]
        learns = labelled >= ENOUGH
        if learns:
            command += ["--strategy", "mixed", *(["--model", run] if run else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["no folders could be proposed"]
            raise WorkError(said[-1].removeprefix("engine: "))
        numbers = [number_of(row.cell("key")) for row in Sheet(sheet)]
    with training_db(database) as db:
        paths = db.paths_of([number for number in numbers if number is not None])
        ordered = tuple(paths[number] for number in numbers if number in paths)
    return Proposed(ordered, ("mixed" + (f", by {run}" if run else "")) if learns else "diverse")


def export(database: Path, taxonomy: str) -> tuple[Path, int]:
    """Write the labels of a taxonomy beside the database, as `engine folders labels export` does."""
    from engine.folders.api import export_labels

    apply_log(database, taxonomy)
    output = database.with_name(f"{database.stem}.{taxonomy}.csv")
    return output, export_labels(database, output, taxonomies=[taxonomy])
