"""`engine runs`: list, show, watch, stop and resume runs."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Annotated

import typer

from engine import api
from engine.cli.follow import follow, print_targets, report_of
from engine.cli.import_runs import import_
from engine.cli.options import DebugOption, JsonOption, RunArgument, WorkspaceOption, new_app
from engine.cli.output import duration, print_json, print_table, say
from engine.errors import InputError
from engine.runs.handle import RunHandle
from engine.runs.state import RunView

app = new_app("List, show, watch, stop, resume and import runs.")
app.command("import")(import_)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", help="At most so many, newest first.")] = 30,
    wanted: Annotated[
        str, typer.Option("--filter", help="Only those: task:ner status:failed f1>0.8 age<2d, or, not, parentheses.")
    ] = "",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Runs of the workspace, newest first.

    Example: engine runs list --filter "status:failed age<2d"
    """
    views = list(islice(_matching(wanted, workspace), limit))
    if json:
        print_json(views)
        return
    rows = [
        [
            view.id,
            view.state,
            view.reason or "",
            view.task,
            f"{view.progress.step}/{view.progress.steps}" if view.progress else "",
            _age(view.started),
        ]
        for view in views
    ]
    print_table(["run", "state", "reason", "task", "step", "started"], rows)


@app.command()
def show(
    run: RunArgument, json: JsonOption = False, workspace: WorkspaceOption = None, debug: DebugOption = False
) -> None:
    """State, targets and configuration of a run.

    Example: engine runs show @latest
    """
    handle = api.run(run, workspace)
    view, report = handle.view(), report_of(handle)
    if json:
        print_json({"view": view, "spec": handle.spec, "report": report})
        return
    ended = duration(view.ended - view.started) if view.ended and view.started else None
    facts = [
        ["run", view.id],
        ["directory", str(handle.paths.root)],
        ["state", " · ".join(filter(None, [view.state, view.reason, view.message]))],
        ["task", view.task],
        ["dataset", handle.spec.dataset],
        ["device", view.device],
        ["attempt", str(view.attempt)],
        ["took", ended or "–"],
    ]
    print_table(["", ""], facts)
    print()
    print_targets([handle])
    print()
    print_table(
        ["hyperparameter", "value", "from"],
        [
            [name, value, handle.spec.origins.get(f"config.{name}", "default")]
            for name, value in handle.spec.config.items()
        ],
    )


@app.command()
def watch(
    runs: Annotated[list[str] | None, typer.Argument(metavar="[RUN]...", help="Active runs by default.")] = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw the curves once and leave.")] = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Follow runs as lines of text until they end; Ctrl-C leaves them running.

    Example: engine runs watch @latest --plot
    """
    handles = [api.run(name, workspace) for name in runs] if runs else _active(workspace)
    if not handles:
        say("no run is active; name one, or start one with `engine train`")
        return 0
    if plot:
        from engine.cli.plot import plot_run

        for handle in handles:
            print(plot_run(handle, width=shutil.get_terminal_size((100, 30)).columns))
        return 0
    return 0 if all(view.state == "done" for view in follow(handles)) else 1


@app.command()
def logs(
    run: RunArgument,
    lines: Annotated[int, typer.Option("--lines", "-n", help="Last lines of the trainer's log.")] = 50,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """What the trainer and its libraries printed.

    Example: engine runs logs @latest -n 20
    """
    path = api.run(run, workspace).paths.log
    text = path.read_text(errors="replace") if path.exists() else ""
    # A progress bar rewrites its line with \r: what stands there last is what a person would see.
    shown = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n")]
    sys.stdout.write("\n".join(shown[-lines - 1 :]))


@app.command()
def stop(
    run: RunArgument,
    now: Annotated[
        bool, typer.Option("--now", help="Publish a checkpoint and leave at once, without a model.")
    ] = False,
    kill: Annotated[
        bool, typer.Option("--kill", help="End its processes at once; only earlier checkpoints stand.")
    ] = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Stop after this step (the best model so far is kept), now (a checkpoint is kept), or by force.

    Example: engine runs stop @latest
    """
    handle = api.run(run, workspace)
    if kill:
        handle.kill()
        say(f"killed {handle.id}")
        return
    handle.stop(now=now)
    say(f"asked {handle.id} to stop {'now' if now else 'after this step'}")


@app.command()
def resume(
    run: RunArgument,
    detach: Annotated[bool, typer.Option("--detach", help="Return at once; the run goes on.")] = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> int:
    """Go on from the last checkpoint of a stopped, failed or lost run.

    Example: engine runs resume @latest --detach
    """
    handle = api.run(run, workspace).resume()
    print(handle.id, flush=True)
    if detach:
        return 0
    return 0 if all(view.state == "done" for view in follow([handle])) else 1


@app.command()
def remove(
    run: RunArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Remove an ended run with its checkpoints and model.

    Example: engine runs remove 20260101-120000-utility-ner-7f3a --yes
    """
    from engine.runs.store import remove_run

    handle = api.run(run, workspace)
    if not yes and not (sys.stdin.isatty() and typer.confirm(f"remove {handle.id} and its model?")):
        raise InputError("nothing was removed", fix="confirm, or give --yes")
    remove_run(handle.paths)
    say(f"removed {handle.id}")


def _matching(wanted: str, workspace: object) -> Iterator[RunView]:
    from engine.runs.filter import parse_filter
    from engine.runs.filter_fields import RunFacts

    found, now = parse_filter(wanted), time.time()
    views = (handle.view() for handle in api.runs(workspace))  # type: ignore[arg-type]
    return (view for view in views if found.matches(RunFacts(view), now))


def _active(workspace: object) -> list[RunHandle]:
    handles = api.runs(workspace)  # type: ignore[arg-type]
    return [handle for handle in handles[:200] if not handle.view().is_over]


def _age(moment: float | None) -> str:
    return f"{duration(time.time() - moment)} ago" if moment else ""
