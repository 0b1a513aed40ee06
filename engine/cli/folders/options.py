"""Options that mean the same on every verb of `engine folders`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.folders.labels.splits import By

TrainingDbOption = Annotated[
    Path, typer.Option("--training-db", metavar="FILE", help="Samples, labels and predictions.")
]
ProfileOption = Annotated[
    str, typer.Option("--profile", metavar="PROFILE", help="Whose taxonomies and models: a name, or a path.")
]
TaxonomyOption = Annotated[str, typer.Option("--taxonomy", help="legacy, v1, v2, or another of the profile.")]
OutputOption = Annotated[Path, typer.Option("--output", metavar="FILE", help="The CSV file to write.")]
SplitByOption = Annotated[
    By, typer.Option("--split-by", help="creator keeps all folders of one together; plain parts them one by one.")
]
TestSizeOption = Annotated[float, typer.Option("--test-size", help="Part of the labels that tests the model.")]
ValidationSizeOption = Annotated[
    float, typer.Option("--validation-size", help="Part that decides when a training ends.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Another seed, another draw.")]
