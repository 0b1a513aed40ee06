"""`engine folders dataset`: labelled folders for a training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.folders.options import (
    ProfileOption,
    SeedOption,
    SplitByOption,
    TaxonomyOption,
    TestSizeOption,
    TrainingDbOption,
    ValidationSizeOption,
)
from engine.cli.options import DebugOption, JsonOption, PresetOption, SetOption, WorkspaceOption
from engine.cli.output import print_json, print_table, say
from engine.folders import api
from engine.folders.labels.splits import SEED, TEST_SIZE, VALIDATION_SIZE, Splitting
from engine.folders.profile import PROFILE, TAXONOMY


def dataset(
    training_db: TrainingDbOption = Path("training.db"),
    taxonomy: TaxonomyOption = TAXONOMY,
    profile: ProfileOption = PROFILE,
    model: Annotated[
        str | None, typer.Option("--model", help="The model that is to train on it, if several learn the taxonomy.")
    ] = None,
    split_by: SplitByOption = "creator",
    test_size: TestSizeOption = TEST_SIZE,
    validation_size: ValidationSizeOption = VALIDATION_SIZE,
    seed: SeedOption = SEED,
    anew: Annotated[
        bool, typer.Option("--anew", help="Part all rows anew for this dataset; the labels keep their splits.")
    ] = False,
    mapped: Annotated[
        bool, typer.Option("--mapped", help="Labels of other taxonomies count, where the profile maps them.")
    ] = False,
    preset: PresetOption = "full",
    set_: SetOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Make the labelled folders a dataset; the model's next training trains on it.

    Example: engine folders dataset --training-db training.db
    """
    made = api.make_dataset(
        training_db,
        profile=profile,
        taxonomy=taxonomy,
        model=model,
        preset=preset,
        overrides=set_ or [],
        how=Splitting(split_by, test_size, validation_size, seed),
        anew=anew,
        mapped=mapped,
        workspace=workspace,
    )
    if json:
        print_json(made.manifest)
        return
    counts = "  ".join(f"{split} {rows}" for split, rows in made.manifest.counts.items())
    print_table(["dataset", "rows"], [[made.id, counts]])
    for note in made.manifest.notes.get("import", []):
        say(note)
