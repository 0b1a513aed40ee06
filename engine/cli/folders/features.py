"""`engine folders features`: what a model sees of each folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.folders.options import TrainingDbOption
from engine.cli.folders.progress import ProgressLine
from engine.cli.options import DebugOption, JsonOption, WorkspaceOption
from engine.cli.output import duration, print_json, say
from engine.folders import api


def features(
    db: Annotated[Path, typer.Option("--db", metavar="FILE", help="The index that `gather` wrote.")],
    training_db: TrainingDbOption,
    snapshot: Annotated[int, typer.Option("--snapshot", help="Its number, as `gather` says it.")],
    batch_size: Annotated[int, typer.Option("--batch-size", help="Samples in a transaction.")] = 1000,
    moved: Annotated[
        bool, typer.Option("--moved", help="It is the tree that the samples are of, in another place now.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Store what a model sees of each folder; again after a new snapshot: ids and labels stay.

    Example: engine folders features --db index.db --training-db training.db --snapshot 1
    """
    done = api.make_features(
        db, training_db, snapshot, batch_size=batch_size, moved=moved, tick=ProgressLine("features")
    )
    if json:
        print_json(done)
        return
    rate = done.samples / max(done.seconds, 1e-9)
    say(f"{done.samples} folders in {duration(done.seconds)} ({rate:,.0f}/s), {done.new} of them new")
    if done.gone:
        say(f"{done.gone} folders are not in this snapshot any more; they keep their labels and are proposed no more")
