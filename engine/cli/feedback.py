"""`engine feedback`: take corrections in from the field, list them, and train on them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.cli.follow import follow, report_of
from engine.cli.options import (
    DebugOption,
    DeviceOption,
    JsonOption,
    ProfileArgument,
    SetOption,
    WorkspaceOption,
    new_app,
)
from engine.cli.output import print_json, print_table, say
from engine.feedback.finetune import FinetuneSummary
from engine.feedback.intake import IntakeSummary
from engine.runs.handle import RunHandle
from engine.workspace import Workspace

MOST_SHOWN = 12
app = new_app("Take corrections in from the field, and learn from them.")
AllowPathOption = Annotated[
    list[Path] | None,
    typer.Option("--allow-path", metavar="DIR", help="Local images may lie here, not only beside the payload."),
]
AllowPrivateOption = Annotated[
    bool, typer.Option("--allow-private", help="Fetch from private and loopback addresses, too.")
]


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Payloads: docs/feedback.schema.json.")],
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="PATH", help="Where the payload's profile lies, if not known.")
    ] = None,
    allow_path: AllowPathOption = None,
    allow_private: AllowPrivateOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Take payloads in; an item that cannot be used is named, and the others are kept.

    Exit code 1 if items failed, 2 if a payload cannot be used: then nothing of any is taken in.

    Example: engine feedback add correction.json
    """
    from engine.feedback.limits import Limits

    limits = Limits(allow_private=allow_private)
    payloads = [api.read_feedback(file, profile=profile) for file in files]
    summaries = [
        api.add_feedback(payload, limits=limits, roots=allow_path or [], workspace=workspace) for payload in payloads
    ]
    if json:
        print_json(summaries)
    else:
        _report(summaries)
    for file, summary in zip(files, summaries, strict=True):
        for failure in summary.failed:
            say(f"{file}: {failure}")
    return 1 if any(summary.failed for summary in summaries) else 0


@app.command()
def train(
    profile: ProfileArgument,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model of the profile.")],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Payloads that are taken in first.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="RUN", help="The run to start from, if not the last one.")
    ] = None,
    no_replay: Annotated[
        bool, typer.Option("--no-replay", help="See no image of the original training set again.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Train even where the same training was done already.")
    ] = False,
    set_: SetOption = None,
    device: DeviceOption = "auto",
    detach: Annotated[bool, typer.Option("--detach", help="Return at once; the run goes on.")] = False,
    allow_path: AllowPathOption = None,
    allow_private: AllowPrivateOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Train a model further on its feedback and a sample of what it learnt first; prints the run id.

    Values stand in the profile under `feedback:`; `--set` overrides them. Exit code 1 if items or the run failed.

    Example: engine feedback train thermal faults correction.json --set feedback.train_replay=2
    """
    from engine.feedback.finetune import FinetuneRequest
    from engine.feedback.limits import Limits

    request = FinetuneRequest(
        profile=profile,
        model=model,
        feedback=tuple(files or ()),
        start=start,
        replay=not no_replay,
        again=again,
        overrides=tuple(set_ or ()),
        device=device,
        limits=Limits(allow_private=allow_private),
        roots=tuple(allow_path or ()),
    )
    summary = api.finetune(request, workspace=workspace)
    if json:
        print_json(summary)
    else:
        print(summary.run, flush=True)
    for line in _told(summary):
        say(line)
    for file, taken in zip(files or (), summary.intake, strict=True):
        for failure in taken.failed:
            say(f"{file}: {failure}")
    code = 1 if summary.failed else 0
    return code if detach else max(code, _followed(api.run(summary.run, workspace)))


@app.command("list")
def list_(json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """What came in so far: images by model and label, and what expires.

    Example: engine feedback list
    """
    from engine.feedback.summary import summaries

    found = summaries(Workspace.locate(workspace))
    if json:
        print_json(found)
        return
    print_table(
        ["model", "images", "expired", "next to expire", "without consent", "unreadable", "kinds", "labels"],
        [
            [
                f"{one.profile}/{one.model}",
                one.images,
                one.expired,
                one.next_expiry,
                one.without_consent,
                one.unreadable,
                _counted(one.kinds),
                _counted(one.labels),
            ]
            for one in found
        ],
    )


@app.command()
def schema(workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """The JSON Schema of a payload, for those who send one.

    Example: engine feedback schema
    """
    from engine.feedback.payload import feedback_json_schema

    print_json(feedback_json_schema())


def _report(summaries: list[IntakeSummary]) -> None:
    print_table(
        ["model", "added", "replaced", "repeated", "outdated", "failed", "labels"],
        [
            [
                f"{each.profile}/{each.model}",
                each.added,
                each.replaced,
                each.repeated,
                each.outdated,
                len(each.failed),
                _counted(each.objects),
            ]
            for each in summaries
        ],
    )


def _counted(counts: Mapping[str, int]) -> str:
    shown = [f"{name} {count}" for name, count in list(counts.items())[:MOST_SHOWN]]
    rest = len(counts) - len(shown)
    return "  ".join([*shown, *([f"and {rest} more"] if rest else [])])


def _told(summary: FinetuneSummary) -> list[str]:
    """What the training is made of, in words."""
    made = summary.dataset
    brought = [f"{summary.added} images of feedback are new"] if summary.intake else []
    return [
        *brought,
        f"{made.feedback['train']} images of feedback and {made.replayed} of before to train on; "
        f"{made.feedback['validation']} and {made.original['validation']} to validate; "
        f"{made.feedback['test']} and {made.original['test']} to test ({made.id})",
        f"starts from {summary.start}"
        if summary.started
        else f"{summary.run} is this very training: nothing is started; --again trains once more",
    ]


def _followed(handle: RunHandle) -> int:
    """Follow the run to its end; then what was gained and lost."""
    try:
        (view,) = follow([handle])
    except KeyboardInterrupt:
        say("left off following; the run goes on. `engine runs watch` or `finetop` shows it.")
        raise
    report = report_of(handle)
    for table in report.tables[:1] if report else []:
        sys.stdout.flush()
        print_table(table.columns, [row for row in table.rows if "/map" not in row[0]])
    for note in report.notes if report else []:
        say(note)
    return 0 if view.state == "done" else 1
