"""`engine folders samples`: folders to label."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.active_learning.strategy import Strategy
from engine.cli.folders.options import OutputOption, ProfileOption, SeedOption, TaxonomyOption, TrainingDbOption
from engine.cli.folders.progress import ProgressLine
from engine.cli.options import DebugOption, JsonOption, WorkspaceOption
from engine.cli.output import print_json, say
from engine.errors import InputError
from engine.folders import api
from engine.folders.labels.splits import SEED
from engine.folders.profile import PROFILE, TAXONOMY

if TYPE_CHECKING:
    from engine.folders.selection.proposals import Proposals

StrategyOption = Annotated[
    Strategy | None,
    typer.Option(
        "--strategy", help="What chooses in place of --diversity, by the labels there are: see docs/folders.md."
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="RUN", help="Whose encoder compares for --strategy; none: the untrained base."),
]


def samples(
    training_db: TrainingDbOption,
    output: OutputOption = Path("samples.csv"),
    size: Annotated[int, typer.Option("--size", help="Folders to label.")] = 800,
    min_depth: Annotated[int, typer.Option("--min-depth", help="1 is right below the root.")] = 1,
    max_depth: Annotated[int, typer.Option("--max-depth", help="Deeper folders are left out.")] = 10,
    diversity: Annotated[
        float, typer.Option("--diversity", help="0: at random; 1: each as unlike the others as can be.")
    ] = 0.7,
    pool: Annotated[
        int, typer.Option("--pool", help="Folders that are compared; 0: 20 for each one chosen, 2,000 at least.")
    ] = 0,
    taxonomy: TaxonomyOption = TAXONOMY,
    profile: ProfileOption = PROFILE,
    seed: SeedOption = SEED,
    strategy: StrategyOption = None,
    model: ModelOption = None,
    device: Annotated[str, typer.Option("--device", help="cpu or cuda:N, to compare texts on.")] = "cpu",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Choose folders to label, and write them as a sheet with an empty column `label`.

    With --strategy the labels that are there choose: the folders that they say least of. It also says when to stop.

    Example: engine folders samples --training-db training.db --size 20 --diversity 0 --output samples.csv
    """
    from engine.folders.selection.pool import Wanted

    wanted = Wanted(size, min_depth, max_depth, diversity, taxonomy, pool, seed)
    if strategy is None and model is not None:
        raise InputError("--model is given, and no --strategy that asks it", fix="write --strategy mixed")
    if strategy is not None:
        made = api.propose_samples(
            training_db,
            output,
            wanted,
            strategy,
            run=model,
            profile=profile,
            device=device,
            workspace=workspace,
            tell=ProgressLine("texts embedded"),
        )
        _report_proposals(made, output, json=json)
        return
    count = api.choose_samples(
        training_db,
        output,
        wanted,
        profile=profile,
        device=device,
        workspace=workspace,
        tell=ProgressLine("texts embedded"),
    )
    if json:
        print_json({"output": str(output), "samples": count})
        return
    few = f" (there are no more between depth {min_depth} and {max_depth})" if count < size else ""
    say(f"wrote {count} folders to {output}{few}; fill in `label`, then `engine folders labels apply {output}`")


def _report_proposals(made: Proposals, output: Path, *, json: bool) -> None:
    if json:
        verdict = made.verdict
        print_json(
            {
                "output": str(output),
                "samples": len(made.samples),
                "labels": made.labels,
                "stop": verdict.stop,
                "kappas": verdict.kappas,
                "reason": verdict.reason,
            }
        )
        return
    say(f"wrote {len(made.samples)} folders to {output}, chosen by {made.labels} labels")
    say(made.verdict.reason)
