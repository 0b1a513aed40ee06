"""`engine predict RUN --training-db DB`: what a model says of every folder."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from engine.cli.output import duration, print_json, print_table, say
from engine.cli.share_done import ShareDone
from engine.errors import InputError
from engine.folders.predictions.predict import Outcome, Wanted, as_json
from engine.folders.predictions.predict import predict_folders as predict_in
from engine.folders.predictions.tally import Predicted
from engine.folders.profile import TAXONOMY

TrainingDbOption = Annotated[
    Path | None, typer.Option("--training-db", metavar="FILE", help="Predict the folders of this database.")
]
TaxonomyOption = Annotated[
    str | None,
    typer.Option(
        "--taxonomy",
        help=f"Whose labels to say ({TAXONOMY} where it is left out): by the profile's mappings where the model has "
        "learnt another one.",
    ),
]
UseBaselineOption = Annotated[
    bool, typer.Option("--use-baseline", help="The untrained base model: the nearest mean of the training texts.")
]
SplitOption = Annotated[
    str | None, typer.Option("--split", help="Only folders whose label is in train, validation or test.")
]
LabelledOnlyOption = Annotated[bool, typer.Option("--labelled-only", help="Only folders that have a label.")]
SavePredictionsOption = Annotated[
    bool, typer.Option("--save-predictions", help="Store what is predicted in the training database.")
]
ProfileOption = Annotated[
    str | None, typer.Option("--profile", metavar="PROFILE", help="Whose mappings; the run's own by default.")
]


@dataclass(frozen=True)
class FolderOptions:
    """What only folders can be asked for."""

    taxonomy: str | None
    use_baseline: bool
    split: str | None
    labelled_only: bool
    save_predictions: bool
    profile: str | None

    def need_a_training_db(self) -> None:
        """Raises InputError where one is given."""
        given = [name for name, value in asdict(self).items() if value]
        if given:
            raise InputError(f"--{given[0].replace('_', '-')} speaks of folders", fix="add --training-db FILE")


def predict_folders(
    run: str,
    training_db: Path,
    asked: FolderOptions,
    *,
    output: Path | None,
    device: str,
    json: bool,
    workspace: Path | None,
) -> None:
    """Predict; rows to --output or, where nothing else is asked for, to stdout; what came out to stderr."""
    wanted = Wanted(
        taxonomy=asked.taxonomy or TAXONOMY,
        use_baseline=asked.use_baseline,
        split=asked.split or "",
        labelled_only=asked.labelled_only,
        save=asked.save_predictions,
        output=output,
        profile=asked.profile,
    )
    to_stdout = output is None and not asked.save_predictions and not json
    done = predict_in(
        run,
        training_db,
        wanted,
        device=device,
        workspace=workspace,
        each=_print if to_stdout else None,
        tell=ShareDone("folders", sys.stderr),
    )
    if json:
        print_json(asdict(done))
        return
    if not to_stdout:
        rows = [[label or "(no counterpart)", count, count / done.folders] for label, count in done.labels.items()]
        print_table(["label", "folders", "share"], rows)
    _say(done, wanted)


def _print(one: Predicted) -> None:
    sys.stdout.write(msgspec.json.encode(as_json(one)).decode() + "\n")


def _say(done: Outcome, wanted: Wanted) -> None:
    rate = done.folders / max(done.seconds, 1e-9)
    say(
        f"{done.folders} folders in {duration(done.seconds)} ({rate:,.0f} a second); "
        f"{done.embedded} texts were embedded, the others are alike or were known"
    )
    without = done.labels.get("", 0)
    if without:
        say(f"what the model says of {without} folders has no counterpart in {done.taxonomy}: they get no label")
    if done.accuracy is not None and done.macro_f1 is not None:
        say(
            f"of the {done.labelled} labelled ones {done.accuracy:.1%} are right, macro F1 {done.macro_f1:.3f}"
            + ("" if wanted.split == "test" else "; folders that the model has learnt from are among them")
        )
    if wanted.save:
        say(f"stored in {done.taxonomy} as {done.run}")
    if wanted.output is not None:
        say(f"wrote {wanted.output}")
