"""`engine data curate`: what is wrong with a dataset of pictures, and the dataset without it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.cli.options import DebugOption, JsonOption, WorkspaceOption
from engine.cli.output import print_json, print_table, say
from engine.cli.progress import Progress
from engine.errors import InputError


def curate(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Id or unique prefix.")],
    model: Annotated[
        str | None, typer.Option("--model", metavar="RUN", help="A run whose embeddings say what is alike.")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="NAME,…", help="blur, exposure, duplicates, labels, balance; all by default."),
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option("--threshold", metavar="NAME=VALUE", help="As duplicate=0.9; see docs/curation.md."),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Carry the decisions out: write a new dataset.")] = False,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="CSV", help="With --apply: other decisions than the dataset's own."),
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Find duplicates, leaks, wrong labels, blur and bad exposure; decisions are a file to edit.

    Example: engine data curate faces-recogniser --only blur,duplicates
    """
    if apply:
        if model or only or threshold:
            raise InputError("--apply takes no --model, --only or --threshold", fix="curate first, then apply")
        _apply(dataset, file, json, workspace)
        return
    if file is not None:
        raise InputError("--file says which decisions to carry out", fix="add --apply")
    names = [name.strip() for name in (only or "").split(",") if name.strip()]
    done = api.curate(
        dataset, model=model, only=names, thresholds=threshold or [], watcher=Progress(), workspace=workspace
    )
    for note in done.notes:
        say(note)
    if json:
        print_json(done)
        return
    print_table(["problem", "rows"], [[name, count] for name, count in done.problems.items() if count])
    suggested = ", ".join(f"{name} {count}" for name, count in sorted(done.suggested.items())) or "nothing"
    print(f"\n{done.flagged} of {done.rows} rows are flagged; suggested: {suggested}")
    if done.kept_decisions:
        print(f"{done.kept_decisions} lines that a person wrote into were kept")
    print(f"report     {done.page}\ndecisions  {done.decisions}")
    print(f"when they are as you want them: engine data curate {done.dataset} --apply")


def _apply(dataset: str, file: Path | None, json: bool, workspace: Path | None) -> None:
    done = api.apply_curation(dataset, file, workspace=workspace)
    for warning in done.warnings:
        say(warning)
    if json:
        print_json(done.dataset.manifest)
        return
    dropped = ", ".join(f"{split} {count}" for split, count in done.dropped.items() if count) or "none"
    print(f"{done.dataset.id}: dropped {dropped}; relabelled {done.relabelled}")
    print("trainings of its model take it from now on")
