"""`engine feedback`: take corrected detections in from the field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.cli.options import DebugOption, JsonOption, WorkspaceOption, new_app
from engine.cli.output import print_json, print_table, say
from engine.feedback.intake import IntakeSummary

app = new_app("Take corrected detections in from the field.")


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Payloads: docs/feedback.schema.json.")],
    profile: Annotated[
        str | None, typer.Option("--profile", metavar="PATH", help="Where the payload's profile lies, if not known.")
    ] = None,
    allow_path: Annotated[
        list[Path] | None,
        typer.Option("--allow-path", metavar="DIR", help="Local images may lie here, not only beside the payload."),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Fetch from private and loopback addresses, too.")
    ] = False,
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
def schema(workspace: WorkspaceOption = None, debug: DebugOption = False) -> None:
    """The JSON Schema of a payload, for those who send one.

    Example: engine feedback schema
    """
    from engine.feedback.payload import feedback_json_schema

    print_json(feedback_json_schema())


def _report(summaries: list[IntakeSummary]) -> None:
    print_table(
        ["model", "added", "replaced", "repeated", "outdated", "failed", "objects"],
        [
            [
                f"{each.profile}/{each.model}",
                each.added,
                each.replaced,
                each.repeated,
                each.outdated,
                len(each.failed),
                "  ".join(f"{label} {count}" for label, count in each.objects.items()),
            ]
            for each in summaries
        ],
    )
