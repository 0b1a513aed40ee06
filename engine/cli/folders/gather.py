"""`engine folders gather`: a snapshot of a real tree."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import DebugOption, JsonOption, WorkspaceOption
from engine.cli.output import duration, print_json, print_table, say
from engine.folders import api
from engine.folders.samples.escapes import escaped

if TYPE_CHECKING:
    from engine.folders.snapshots.gather import GatherSummary, Progress

SHOWN_PROBLEMS = 10
_LINE_EVERY_S = 5.0
"""Where stderr is no terminal."""


def gather(
    root: Annotated[Path, typer.Argument(metavar="ROOT", help="The folder whose tree is stored.")],
    db: Annotated[Path, typer.Option("--db", metavar="FILE", help="The index; made where there is none.")],
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin again where a snapshot of ROOT was cut off; without it, it goes on.")
    ] = False,
    readers: Annotated[
        int | None,
        typer.Option("--readers", min=1, max=64, help="Processes that read; one for each core by default."),
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Store a snapshot of a tree: every entry, and what is in each folder.

    Links are noted and not followed. A second snapshot of the same ROOT records what was added, removed and changed.
    Cut off, it goes on where it was. What cannot be read is reported, and the rest is stored.

    Example: engine folders gather . --db index.db
    """
    show = _Shown()
    try:
        summary = api.gather(root, db, anew=anew, readers=readers, report=show.progress)
    except KeyboardInterrupt:
        show.end()
        say("cut off; what is stored is kept, and the same command goes on from there")
        raise
    show.end()
    if json:
        print_json(summary)
    else:
        _report(summary)
    _tell_problems(summary, db)
    return 0


class _Shown:
    """The progress line: rewritten on a terminal, else a new one now and then."""

    def __init__(self) -> None:
        self._terminal, self._width, self._last = sys.stderr.isatty(), 0, 0.0

    def progress(self, progress: Progress) -> None:
        rate = progress.nodes / progress.seconds if progress.seconds > 0 else 0.0
        text = f"{progress.nodes:,} entries, {progress.folders:,} folders read, {rate:,.0f}/s"
        if progress.problems:
            text += f", {progress.problems:,} problems"
        if progress.comparing:
            text += "; comparing with the snapshot before"
        if self._terminal:
            sys.stderr.write("\r" + text.ljust(self._width))
            sys.stderr.flush()
            self._width = len(text)
        elif progress.seconds - self._last >= _LINE_EVERY_S:
            self._last = progress.seconds
            say(text)

    def end(self) -> None:
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()


def _report(summary: GatherSummary) -> None:
    columns = ["snapshot", "entries", "folders", "problems"]
    row: list[object] = [summary.snapshot, summary.nodes, summary.folders, summary.problems]
    if summary.previous is not None:
        columns += ["before", "added", "removed", "changed"]
        row += [summary.previous, summary.added, summary.removed, summary.changed]
    print_table(columns, [row])
    rate = summary.nodes / max(summary.seconds, 1e-9)
    went_on = " (went on with one that was cut off)" if summary.resumed else ""
    say(f"{duration(summary.seconds)}, {rate:,.0f} entries a second{went_on}")


def _tell_problems(summary: GatherSummary, db: Path) -> None:
    """The first ones by name; all stand in the index."""
    if not summary.problems:
        return
    for problem in api.gather_problems(db, summary.snapshot, most=SHOWN_PROBLEMS):
        say(f"{escaped(problem.path) or '.'}: {problem.what}")
    if summary.problems > SHOWN_PROBLEMS:
        say(f"and {summary.problems - SHOWN_PROBLEMS} more problems; all of them stand in {db}, table problems")
