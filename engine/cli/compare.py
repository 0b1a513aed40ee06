"""`engine compare`: which of two models is better, on the same held-out rows."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from engine.cli.options import DatasetOption, DebugOption, JsonOption, WorkspaceOption, one_command
from engine.cli.output import print_json, print_table, say
from engine.comparing import compare as compare_runs


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Two runs or more; or `baseline` and a run: its untrained model."),
    ],
    dataset: DatasetOption = None,
    split: Annotated[str, typer.Option("--split", help="Which split.")] = "test",
    device: Annotated[str, typer.Option("--device", help="cpu or cuda:N.")] = "cpu",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Each run beside the first one, with an interval of the difference: was the training worth it?

    Example: engine compare baseline @latest
    """
    done = compare_runs(runs, dataset=dataset, split=split, device=device, workspace=workspace)
    if json:
        told = [{**msgspec.structs.asdict(one), "sentence": one.sentence} for one in done.differences]
        print_json({**msgspec.structs.asdict(done), "differences": told})
        return
    told_of = {one.second: one for one in done.differences}
    rows = []
    for name, value in done.values.items():
        one = told_of.get(name)
        spread = f"{one.interval[0]:+.3f} – {one.interval[1]:+.3f}" if one is not None and one.interval else ""
        rows.append([name, value, one.difference if one is not None else None, spread])
    print_table(["model", done.metric, "difference", "interval"], rows)
    for one in done.differences:
        print(one.sentence)
    drawn = "" if done.groups is None else f"; resamples draw whole groups, of which there are {done.groups}"
    say(f"{done.rows} rows of {done.dataset}, {done.split} split{drawn}")
    for note in done.notes:
        say(note)


app = one_command(compare)
