"""`engine folders labels`: labels from a sheet, and to one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.folders.options import (
    OutputOption,
    ProfileOption,
    SeedOption,
    SplitByOption,
    TaxonomyOption,
    TestSizeOption,
    TrainingDbOption,
    ValidationSizeOption,
)
from engine.cli.options import DebugOption, JsonOption, WorkspaceOption
from engine.cli.output import print_json, print_table, say
from engine.folders import api
from engine.folders.labels.splits import SEED, TEST_SIZE, VALIDATION_SIZE, Splitting
from engine.folders.profile import PROFILE, TAXONOMY


def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file with labels.")],
    training_db: TrainingDbOption = Path("training.db"),
    taxonomy: TaxonomyOption = TAXONOMY,
    profile: ProfileOption = PROFILE,
    split_by: SplitByOption = "creator",
    test_size: TestSizeOption = TEST_SIZE,
    validation_size: ValidationSizeOption = VALIDATION_SIZE,
    seed: SeedOption = SEED,
    who: Annotated[str | None, typer.Option("--who", help="Who labelled; by default, who calls this.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Where a folder has another label already, take the sheet's.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Take the labels of a sheet over: all of them, or none where one cannot be used.

    Example: engine folders labels apply labelled.csv --training-db training.db
    """
    how = Splitting(split_by, test_size, validation_size, seed)
    done = api.apply_labels(training_db, file, profile=profile, taxonomy=taxonomy, how=how, who=who, replace=replace)
    if json:
        print_json(done)
        return
    print_table(
        ["taxonomy", "train", "validation", "test"],
        [
            [name, *(counts[split] for split in ("train", "validation", "test"))]
            for name, counts in done.splits.items()
        ],
    )
    say(f"{done.new} new labels, {done.changed} changed, {done.unchanged} as before, {done.empty} rows without one")


def export(
    training_db: TrainingDbOption = Path("training.db"),
    output: OutputOption = Path("labels.csv"),
    taxonomy: Annotated[
        list[str] | None, typer.Option("--taxonomy", help="Of this taxonomy alone; several times for several.")
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Write the labels with their provenance as a sheet; `labels apply` takes it back.

    Example: engine folders labels export --training-db training.db --output labels.csv
    """
    count = api.export_labels(training_db, output, taxonomies=taxonomy or ())
    if json:
        print_json({"output": str(output), "labels": count})
    else:
        say(f"wrote {count} labels to {output}")
