"""`engine predict`: try a trained model on samples."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from engine import api
from engine.cli.options import DebugOption, JsonOption, TrainedArgument, WorkspaceOption, one_command
from engine.cli.output import say
from engine.cli.predict_folders import (
    FolderOptions,
    LabelledOnlyOption,
    ProfileOption,
    SavePredictionsOption,
    SplitOption,
    TaxonomyOption,
    TrainingDbOption,
    UseBaselineOption,
    predict_folders,
)
from engine.errors import DataError, InputError
from engine.files import atomic_file
from engine.pictures.graphics import Graphics
from engine.tasks.catalog import find_task
from engine.tasks.contract import Row
from engine.trained import find_trained
from engine.workspace import Workspace


def predict(
    run: TrainedArgument,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[INPUT]...", help="Texts; for similarity, pairs one after the other; for images, their files."
        ),
    ] = None,
    input: Annotated[
        Path | None, typer.Option("--input", help="A file: a text, an image file or a JSON object per line.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Write JSONL (of folders CSV) here.")] = None,
    show: Annotated[
        bool,
        typer.Option("--show", help="Draw the images here: the objects on them, the nearest references beside them."),
    ] = False,
    graphics: Annotated[
        Graphics | None,
        typer.Option("--graphics", help="How --show draws; where it is left out, the best that is known to work."),
    ] = None,
    device: Annotated[str, typer.Option("--device", help="cpu or cuda:N.")] = "cpu",
    training_db: TrainingDbOption = None,
    taxonomy: TaxonomyOption = None,
    use_baseline: UseBaselineOption = False,
    split: SplitOption = None,
    labelled_only: LabelledOnlyOption = False,
    save_predictions: SavePredictionsOption = False,
    profile: ProfileOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Predictions of a trained model, a JSON object per line.

    Over the folders of a training database: engine predict RUN --training-db training.db --output predictions.csv

    Example: engine predict @latest "Maintain 18 feet from the pole per G.O. 95."
    """
    asked = FolderOptions(taxonomy, use_baseline, split, labelled_only, save_predictions, profile)
    if training_db is not None:
        if inputs or input is not None or show or graphics is not None:
            raise InputError("--training-db names what is predicted", fix="leave inputs, --input and --show out")
        predict_folders(run, training_db, asked, output=output, device=device, json=json, workspace=workspace)
        return
    asked.need_a_training_db()
    if graphics is not None and not show:
        raise InputError("--graphics says how --show draws", fix="add --show")
    trained = find_trained(Workspace.locate(workspace), run)
    task = find_task(trained.task)
    samples = _samples(inputs or [], input, pairs=task.predicts_on == "text pair")
    if not samples:
        raise InputError("there is nothing to predict", fix=f"give {task.predicts_on}s, or --input FILE")
    if show and task.predicts_on != "image":
        raise InputError(f"{task.name} predicts on {task.predicts_on}s", fix="leave --show out")
    predictions = api.predict(run, samples, device=device, workspace=workspace)
    lines = [
        msgspec.json.encode({**api.as_row(sample, task.predicts_on), **made}).decode() + "\n"
        for sample, made in zip(samples, predictions, strict=True)
    ]
    if show:
        rows = [api.as_row(sample, task.predicts_on) for sample in samples]
        _show(rows, predictions, Workspace.locate(workspace).datasets / trained.dataset, graphics)
    if output is None:
        if show:
            return
        sys.stdout.writelines(lines)
        return
    with atomic_file(output) as temporary:
        temporary.write_text("".join(lines))
    say(f"wrote {len(lines)} predictions to {output}")


def _show(rows: list[Row], predictions: list[Row], dataset: Path, wanted: Graphics | None) -> None:
    from engine.cli.show import graphics_for_stdout, show_objects

    graphics = graphics_for_stdout(wanted)
    if "objects" in predictions[0]:
        show_objects(rows, predictions, graphics=graphics)
        return
    from engine.cli.show_labels import show_labels

    show_labels(rows, predictions, references=dataset, graphics=graphics)


def _samples(texts: list[str], file: Path | None, *, pairs: bool) -> list[Any]:
    samples: list[Any] = list(texts)
    if pairs and texts:
        if len(texts) % 2:
            raise InputError(f"{len(texts)} texts cannot be paired", fix="give two texts for each comparison")
        samples = [[texts[at], texts[at + 1]] for at in range(0, len(texts), 2)]
    if file is None:
        return samples
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if line.startswith("{"):
            try:
                samples.append(msgspec.json.decode(line))
            except msgspec.DecodeError as problem:
                raise DataError(
                    f"not a JSON object ({problem})", where=f"{file}:{number}", fix="write one object per line"
                ) from problem
        elif line.strip():
            samples.append(line.split("\t") if pairs else line)
    return samples


app = one_command(predict)
