"""`engine folders`: from a file tree to labelled folders that a model learns from."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.active_learning.strategy import Strategy
from engine.cli.gather import gather
from engine.cli.label_check import check
from engine.cli.library import generate
from engine.cli.options import DebugOption, JsonOption, PresetOption, SetOption, WorkspaceOption, new_app
from engine.cli.output import duration, print_json, print_table, say
from engine.errors import InputError
from engine.folders import api
from engine.folders.labels.splits import SEED, TEST_SIZE, VALIDATION_SIZE, By, Splitting
from engine.folders.profile import PROFILE, TAXONOMY

if TYPE_CHECKING:
    from engine.folders.selection.proposals import Proposals

app = new_app("From a file tree to labelled folders: snapshot, features, samples to label, labels, dataset.")
labels_app = new_app("Take labels over from a sheet, and write them to one.")
app.add_typer(labels_app, name="labels")
app.command()(gather)
app.command()(generate)
labels_app.command()(check)

TrainingDbOption = Annotated[
    Path, typer.Option("--training-db", metavar="FILE", help="Samples, labels and predictions.")
]
ProfileOption = Annotated[
    str, typer.Option("--profile", metavar="PROFILE", help="Whose taxonomies and models: a name, or a path.")
]
TaxonomyOption = Annotated[str, typer.Option("--taxonomy", help="legacy, v1, v2, or another of the profile.")]
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
OutputOption = Annotated[Path, typer.Option("--output", metavar="FILE", help="The CSV file to write.")]
SplitByOption = Annotated[
    By, typer.Option("--split-by", help="creator keeps all folders of one together; plain parts them one by one.")
]
TestSizeOption = Annotated[float, typer.Option("--test-size", help="Part of the labels that tests the model.")]
ValidationSizeOption = Annotated[
    float, typer.Option("--validation-size", help="Part that decides when a training ends.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Another seed, another draw.")]


@app.command()
def features(
    db: Annotated[Path, typer.Option("--db", metavar="FILE", help="The index that `gather` wrote.")],
    training_db: TrainingDbOption,
    snapshot: Annotated[int, typer.Option("--snapshot", help="Its number, as `gather` says it.")],
    batch_size: Annotated[int, typer.Option("--batch-size", help="Samples in a transaction.")] = 1000,
    moved: Annotated[
        bool, typer.Option("--moved", help="It is the tree that the samples are of, in another place now.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Store what a model sees of each folder; again after a new snapshot: ids and labels stay.

    Example: engine folders features --db index.db --training-db training.db --snapshot 1
    """
    done = api.make_features(
        db, training_db, snapshot, batch_size=batch_size, moved=moved, tick=_Progress("features")
    )
    if json:
        print_json(done)
        return
    rate = done.samples / max(done.seconds, 1e-9)
    say(f"{done.samples} folders in {duration(done.seconds)} ({rate:,.0f}/s), {done.new} of them new")
    if done.gone:
        say(f"{done.gone} folders are not in this snapshot any more; they keep their labels and are proposed no more")


@app.command()
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
            tell=_Progress("texts embedded"),
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
        tell=_Progress("texts embedded"),
    )
    if json:
        print_json({"output": str(output), "samples": count})
        return
    few = f" (there are no more between depth {min_depth} and {max_depth})" if count < size else ""
    say(f"wrote {count} folders to {output}{few}; fill in `label`, then `engine folders labels apply {output}`")


@labels_app.command()
def apply(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file with labels.")],
    training_db: TrainingDbOption = Path("training.db"),
    taxonomy: TaxonomyOption = TAXONOMY,
    profile: ProfileOption = PROFILE,
    split_by: SplitByOption = "creator",
    test_size: TestSizeOption = TEST_SIZE,
    validation_size: ValidationSizeOption = VALIDATION_SIZE,
    seed: SeedOption = SEED,
    who: Annotated[str | None, typer.Option("--who", help="Who labelled; by default, who calls this.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Where a folder has another label already, take the sheet's.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Take the labels of a sheet over: all of them, or none where one cannot be used.

    Example: engine folders labels apply labelled.csv --training-db training.db
    """
    how = Splitting(split_by, test_size, validation_size, seed)
    done = api.apply_labels(training_db, file, profile=profile, taxonomy=taxonomy, how=how, who=who, replace=replace)
    if json:
        print_json(done)
        return
    print_table(
        ["taxonomy", "train", "validation", "test"],
        [
            [name, *(counts[split] for split in ("train", "validation", "test"))]
            for name, counts in done.splits.items()
        ],
    )
    say(f"{done.new} new labels, {done.changed} changed, {done.unchanged} as before, {done.empty} rows without one")


@labels_app.command()
def export(
    training_db: TrainingDbOption = Path("training.db"),
    output: OutputOption = Path("labels.csv"),
    taxonomy: Annotated[
        list[str] | None, typer.Option("--taxonomy", help="Of this taxonomy alone; several times for several.")
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Write the labels with their provenance as a sheet; `labels apply` takes it back.

    Example: engine folders labels export --training-db training.db --output labels.csv
    """
    count = api.export_labels(training_db, output, taxonomies=taxonomy or ())
    if json:
        print_json({"output": str(output), "labels": count})
    else:
        say(f"wrote {count} labels to {output}")


@app.command()
def dataset(
    training_db: TrainingDbOption = Path("training.db"),
    taxonomy: TaxonomyOption = TAXONOMY,
    profile: ProfileOption = PROFILE,
    model: Annotated[
        str | None, typer.Option("--model", help="The model that is to train on it, if several learn the taxonomy.")
    ] = None,
    split_by: SplitByOption = "creator",
    test_size: TestSizeOption = TEST_SIZE,
    validation_size: ValidationSizeOption = VALIDATION_SIZE,
    seed: SeedOption = SEED,
    anew: Annotated[
        bool, typer.Option("--anew", help="Part all rows anew for this dataset; the labels keep their splits.")
    ] = False,
    mapped: Annotated[
        bool, typer.Option("--mapped", help="Labels of other taxonomies count, where the profile maps them.")
    ] = False,
    preset: PresetOption = "full",
    set_: SetOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
    debug: DebugOption = False,
) -> None:
    """Make the labelled folders a dataset; the model's next training trains on it.

    Example: engine folders dataset --training-db training.db
    """
    made = api.make_dataset(
        training_db,
        profile=profile,
        taxonomy=taxonomy,
        model=model,
        preset=preset,
        overrides=set_ or [],
        how=Splitting(split_by, test_size, validation_size, seed),
        anew=anew,
        mapped=mapped,
        workspace=workspace,
    )
    if json:
        print_json(made.manifest)
        return
    counts = "  ".join(f"{split} {rows}" for split, rows in made.manifest.counts.items())
    print_table(["dataset", "rows"], [[made.id, counts]])
    for note in made.manifest.notes.get("import", []):
        say(note)


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


class _Progress:
    """A line on the terminal that says how far it is; nothing where stderr is no terminal."""

    def __init__(self, what: str) -> None:
        self._what, self._shown = what, 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if sys.stderr.isatty() and (done == total or now - self._shown > 0.2):
            self._shown = now
            print(
                f"\r{done:,} of {total:,} {self._what}",
                end="\n" if done == total else "",
                file=sys.stderr,
                flush=True,
            )
