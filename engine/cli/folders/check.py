"""`engine folders labels check`: labels that look wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.folders.options import ProfileOption, TrainingDbOption
from engine.cli.options import DebugOption, JsonOption, WorkspaceOption
from engine.cli.output import print_json, print_table, say
from engine.folders import api
from engine.folders.profile import PROFILE, TAXONOMY

SHOWN = 20


def check(
    training_db: TrainingDbOption = Path("training.db"),
    taxonomy: Annotated[str, typer.Option("--taxonomy", help="Whose labels.")] = TAXONOMY,
    profile: ProfileOption = PROFILE,
    model: Annotated[
        str | None, typer.Option("--model", metavar="RUN", help="Whose encoder compares; none: the untrained base.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write them as a sheet to correct.")
    ] = None,
    device: Annotated[str, typer.Option("--device", help="cpu or cuda:N.")] = "cpu",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Labels that models which did not see them take for wrong, the surest first. Nothing is changed.

    Fill in `label` in the sheet where they are right, then `engine folders labels apply FILE --replace`.

    Example: engine folders labels check --training-db training.db --output doubtful.csv
    """
    checked = api.check_labels(
        training_db, output, taxonomy=taxonomy, profile=profile, run=model, device=device, workspace=workspace
    )
    doubts = checked.doubts
    if json:
        shown = [
            {
                "path": doubt.sample.shown,
                "label": doubt.label,
                "looks_like": doubt.looks_like,
                "label_probability": doubt.label_probability,
                "probability": doubt.probability,
            }
            for doubt in doubts
        ]
        print_json({"labels": checked.labels, "agreed": checked.agreed, "doubts": shown})
        return
    print_table(
        ["folder", "label", "looks like", "probability of the label", "of the other"],
        [
            [doubt.sample.shown, doubt.label, doubt.looks_like, doubt.label_probability, doubt.probability]
            for doubt in doubts[:SHOWN]
        ],
    )
    more = f", {len(doubts) - SHOWN} of them not shown" if len(doubts) > SHOWN else ""
    say(f"{len(doubts)} of {checked.labels} labels look wrong{more}" + (f"; wrote {output}" if output else ""))
    say(f"models that did not see them agree with {checked.agreed:.0%} of all: the fewer, the less their doubts mean")
