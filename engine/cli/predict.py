"""`engine predict`: try a trained model on samples."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from engine import api
from engine.cli.options import DebugOption, JsonOption, RunArgument, WorkspaceOption, one_command
from engine.cli.output import say
from engine.errors import DataError, InputError
from engine.files import atomic_file


def predict(
    run: RunArgument,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[INPUT]...", help="Texts; for similarity, pairs of texts one after the other."),
    ] = None,
    input: Annotated[Path | None, typer.Option("--input", help="A file: a text or a JSON object per line.")] = None,
    output: Annotated[Path | None, typer.Option("--output", help="Write JSONL here instead of stdout.")] = None,
    device: Annotated[str, typer.Option("--device", help="cpu or cuda:N.")] = "cpu",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Predictions of a run's model, a JSON object per line.

    Example: engine predict @latest "Maintain 18 feet from the pole per G.O. 95."
    """
    spec = api.run(run, workspace).spec
    samples = _samples(inputs or [], input, pairs=spec.task == "sentence-similarity")
    if not samples:
        raise InputError("there is nothing to predict", fix="give texts, or --input FILE")
    predictions = api.predict(run, samples, device=device, workspace=workspace)
    lines = [
        msgspec.json.encode({**api.as_row(sample), **made}).decode() + "\n"
        for sample, made in zip(samples, predictions, strict=True)
    ]
    if output is None:
        sys.stdout.writelines(lines)
        return
    with atomic_file(output) as temporary:
        temporary.write_text("".join(lines))
    say(f"wrote {len(lines)} predictions to {output}")


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
