"""`engine data`: generate, fetch, import, curate, list and show datasets; forget who is in them."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from engine import api
from engine.cli import privacy
from engine.cli.curate import curate
from engine.cli.fetch import fetch
from engine.cli.options import (
    DebugOption,
    JsonOption,
    ModelsArgument,
    PresetOption,
    ProfileArgument,
    SetOption,
    WorkspaceOption,
    new_app,
)
from engine.cli.output import harmless, print_json, print_table, say
from engine.cli.picture_counts import print_picture_counts
from engine.cli.previews import PreviewOption, as_line, print_counts, print_previews
from engine.cli.progress import Progress
from engine.datasets.store import Dataset, list_datasets, open_dataset
from engine.labelled_pictures import TASKS as TASKS_OF_LABELLED_PICTURES
from engine.workspace import Workspace

app = new_app("Generate, fetch, import, curate, list and show datasets; forget who is in them.")


@app.command()
def generate(
    profile: ProfileArgument,
    models: ModelsArgument = None,
    preset: PresetOption = "full",
    set_: SetOption = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Another seed than the profile's.")] = None,
    preview: PreviewOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Make the datasets that the profile's recipes describe.

    Example: engine data generate utility ner --preset quick
    """
    overrides, told = set_ or [], Progress(patient=True)
    if preview:
        print_previews(
            api.preview_generate(
                profile, models, preset=preset, overrides=overrides, seed=seed, told=told, workspace=workspace
            ),
            json,
        )
        return
    datasets = api.generate(
        profile, models, preset=preset, overrides=overrides, seed=seed, told=told, workspace=workspace
    )
    _report(datasets, json)


app.command()(fetch)


@app.command("import")
def import_(
    profile: ProfileArgument,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="The model that the examples are for.")],
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...", help="Files or folders; SPLIT=PATH names the split (train, validation, test)."
        ),
    ],
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="conll, csv, tsv, jsonl, lines; of images with boxes yolo, coco, voc, labelstudio; of labelled "
            "pictures folders, csv, tsv, jsonl. Told by content by default.",
        ),
    ] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out and count them.")] = False,
    encoding: Annotated[str, typer.Option("--encoding", help="utf-8, latin-1, cp1252 or iso-8859-15.")] = "utf-8",
    scale: Annotated[
        str | None, typer.Option("--scale", help="What scores run from and to: 1..5. Default: told from them.")
    ] = None,
    shares: Annotated[
        str | None,
        typer.Option(
            "--shares", help="Of train, validation and test, where no splits are named: 80/10/10. Default: 70/20/10."
        ),
    ] = None,
    split_by: Annotated[
        str | None,
        typer.Option(
            "--split-by",
            metavar="[within|group]",
            help="Of labelled pictures: `within` puts each label into every split, `group` keeps groups whole and "
            "asks no more. By default `within` for image-classification without groups.",
        ),
    ] = None,
    unseen_share: Annotated[
        float | None,
        typer.Option("--unseen-share", help="Part of the labels that stand in the test alone, such as 0.25."),
    ] = None,
    root: Annotated[
        str | None,
        typer.Option("--root", metavar="DIR", help="Where a manifest's paths begin; by default its own folder."),
    ] = None,
    path_column: Annotated[
        str | None, typer.Option("--path-column", metavar="NAME", help="A manifest's column of paths.")
    ] = None,
    label_column: Annotated[
        str | None, typer.Option("--label-column", metavar="NAME", help="Its column of labels.")
    ] = None,
    group_column: Annotated[
        list[str] | None,
        typer.Option(
            "--group-column",
            metavar="NAME",
            help="What must not be in two splits: person, sequence, day. Repeatable.",
        ),
    ] = None,
    condition_column: Annotated[
        list[str] | None,
        typer.Option(
            "--condition-column",
            metavar="NAME",
            help="What reports break figures down by: light, age. Repeatable; by default all further columns.",
        ),
    ] = None,
    preview: PreviewOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Import examples; nothing is written unless the whole import succeeds.

    Example: engine data import utility ner train=train.conll test=test.conll
    """
    from engine.datasets.importers import PictureOptions  # 0.1 s that the other verbs do without

    pictures = PictureOptions(
        split_by=split_by,  # type: ignore[arg-type]  # any text: the options say what is wrong with it
        unseen_share=unseen_share,
        root=root,
        path_column=path_column,
        label_column=label_column,
        group_columns=tuple(group_column or ()),
        condition_columns=tuple(condition_column or ()),
    )
    options: dict[str, Any] = {
        "format": format,
        "skip_bad": skip_bad,
        "encoding": encoding,
        "scale": scale,
        "shares": shares,
        "pictures": None if pictures == PictureOptions() else pictures,
        "told": Progress(patient=True),
    }
    if preview:
        print_previews([api.preview_import(profile, model, sources, **options)], json)
        return
    dataset, summary = api.import_data(profile, model, sources, workspace=workspace, **options)
    for note in summary.notes:
        say(note)
    if summary.skipped:
        say(f"left out {summary.skipped} bad rows:")
        for problem in summary.problems:
            say(f"  {problem}")
    _report([dataset], json)


app.command()(curate)
app.command()(privacy.forget)
app.command()(privacy.expire)
app.add_typer(privacy.keys, name="key")


@app.command("list")
def list_(json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """Datasets of the workspace, oldest first.

    Example: engine data list
    """
    _report(list_datasets(Workspace.locate(workspace)), json)


@app.command()
def show(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Id or unique prefix.")],
    split: Annotated[str, typer.Option("--split", help="Which examples to show.")] = "train",
    examples: Annotated[int, typer.Option("--examples", help="How many.")] = 5,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Counts, classes, groups, conditions and some examples of a dataset.

    Example: engine data show utility-ner --split test
    """
    opened = open_dataset(Workspace.locate(workspace), dataset)
    if json:
        print_json(opened.manifest)
        return
    manifest = opened.manifest
    print(f"{manifest.id}  {manifest.task}  {manifest.source}  {time.ctime(manifest.created)}")
    print(f"sha256 {manifest.content_sha256}\n")
    if manifest.task in TASKS_OF_LABELLED_PICTURES:
        print_picture_counts(opened)
    else:
        print_counts(manifest.counts, manifest.classes)
    print()
    for row, _ in zip(opened.iterate(split), range(examples), strict=False):
        print(harmless(as_line(row)))


def _report(datasets: list[Dataset], json: bool) -> None:
    if json:
        print_json([dataset.manifest for dataset in datasets])
        return
    rows = [
        [
            dataset.id,
            dataset.manifest.task,
            dataset.manifest.source,
            "  ".join(f"{name} {count}" for name, count in dataset.manifest.counts.items()),
        ]
        for dataset in datasets
    ]
    print_table(["dataset", "task", "source", "rows"], rows)
