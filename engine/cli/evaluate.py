"""`engine evaluate`: measure a trained model on a split."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.cli.options import DatasetOption, DebugOption, JsonOption, TrainedArgument, WorkspaceOption, one_command
from engine.cli.output import print_json, print_table, say
from engine.evaluation.report import without_content, write_report


def evaluate(
    run: TrainedArgument,
    dataset: DatasetOption = None,
    split: Annotated[str, typer.Option("--split", help="Which split.")] = "test",
    device: Annotated[str, typer.Option("--device", help="cpu or cuda:N.")] = "cpu",
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Write FILE.json and FILE.md, the whole report; pictures to FILE-pictures/."),
    ] = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw confusion, calibration and curves.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Metrics with intervals, by slice, beside the model before training.

    Example: engine evaluate @latest --split validation
    """
    report = api.evaluate(run, dataset=dataset, split=split, device=device, workspace=workspace)
    if output is not None:
        write_report(report, output.with_suffix(".json"))
        say(f"wrote {output.with_suffix('.json')} and {output.with_suffix('.md')}")
    if json:
        print_json(without_content(report))
        return
    slices = list(report.slices)
    rows = []
    for name, value in report.metrics.items():
        low_high = report.intervals.get(name)
        interval = f"{low_high[0]:.3f} – {low_high[1]:.3f}" if low_high else ""
        rows.append([name, report.baseline.get(name), value, interval, *(report.slices[s].get(name) for s in slices)])
    print_table(["metric", "before", "trained", "95 % interval", *slices], rows)
    for note in report.notes:
        say(note)
    if plot:
        from engine.cli.plot import plot_report

        print(plot_report(report, width=shutil.get_terminal_size((100, 30)).columns))


app = one_command(evaluate)
