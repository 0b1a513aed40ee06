"""`engine compare`: which of two models is better, on the same held-out rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from engine.cli.options import DatasetOption, DebugOption, JsonOption, WorkspaceOption, one_command
from engine.cli.output import print_json, print_table, say
from engine.comparing import compare as compare_models
from engine.comparing.result import p_in_words

if TYPE_CHECKING:
    from engine.comparing.result import Challenger, ChangedRow, Changes, Compared
    from engine.evaluation.comparison import Difference

SHOWN_ROWS = 20
SHOWN_METRICS = 30
EXCERPT = 70
"""Characters of a row that are shown; --json has all of them."""


def compare(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="Runs, or versions such as utility/ner@3 and utility/ner@production; or `baseline` and one of them: "
            "its untrained model.",
        ),
    ],
    dataset: DatasetOption = None,
    split: Annotated[str, typer.Option("--split", help="Which split.")] = "test",
    device: Annotated[str, typer.Option("--device", help="cpu or cuda:N.")] = "cpu",
    rows: Annotated[
        int,
        typer.Option("--rows", metavar="N", min=0, help="How many rows that differ are shown, of each kind."),
    ] = SHOWN_ROWS,
    latency: Annotated[bool, typer.Option("--latency", help="Also time each model, one row at a time.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Each model beside the first one: metrics with intervals, a test, and the rows where they differ.

    Example: engine compare baseline @latest
    """
    done = compare_models(models, dataset=dataset, split=split, device=device, latency=latency, workspace=workspace)
    if json:
        print_json(_as_json(done))
        return
    for one in done.challengers:
        if one is not done.challengers[0]:
            print()
        print(one.sentence)
        print(one.reach)
        _print_metrics(one)
        _print_changes("fixed", one.fixed, one, rows)
        _print_changes("broken", one.broken, one, rows)
    if done.latency:
        print()
        lines = [[name, took.p50_ms, took.p95_ms] for name, took in done.latency.items()]
        print_table(["one row at a time", "p50 ms", "p95 ms"], lines)
    drawn = "" if done.groups is None else f"; resamples draw whole groups, of which there are {done.groups}"
    say(f"{done.rows} rows of {done.dataset}, {done.split} split{drawn}")
    for note in done.notes:
        say(note)


def _as_json(done: Compared) -> dict[str, Any]:
    told = [{**msgspec.structs.asdict(one), "sentence": one.sentence, "reach": one.reach} for one in done.challengers]
    return {**msgspec.structs.asdict(done), "challengers": told}


def _print_metrics(one: Challenger) -> None:
    lines = [_line(of) for of in (one.headline, *one.others)]
    print_table(["metric", one.first, one.second, "difference", "interval", "p", "could show"], lines[:SHOWN_METRICS])
    if len(lines) > SHOWN_METRICS:
        print(f"and {len(lines) - SHOWN_METRICS} metrics more: --json has them")
    if one.by_rows is not None:
        of = one.by_rows
        print(f"{of.fixed} rows fixed, {of.broken} broken of {of.rows}: {p_in_words(of.p_value)} by {of.test}")


def _line(of: Difference) -> list[Any]:
    spread = f"{of.interval[0]:+.3f} – {of.interval[1]:+.3f}" if of.interval is not None else ""
    p_value = "" if of.p_value is None else p_in_words(of.p_value).removeprefix("p ").removeprefix("= ")
    return [of.metric, of.first_value, of.second_value, of.difference, spread, p_value, of.detectable]


def _print_changes(direction: str, found: Changes | None, one: Challenger, most: int) -> None:
    if found is None or not found.count or not most:
        return
    shown = found.rows[:most]
    more = f", {len(shown)} of them" if len(shown) < found.count else ""
    better = one.second if direction == "fixed" else one.first
    print(f"\nRows that {better} answers better ({direction}): {found.count}{more}")
    print_table(["row", "asked", "truth", one.first, one.second], [_changed(row) for row in shown])


def _changed(row: ChangedRow) -> list[Any]:
    return [row.row, *(_cut(text) for text in (row.asked, row.wanted, row.first, row.second))]


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= EXCERPT else flat[: EXCERPT - 1] + "…"


app = one_command(compare)
