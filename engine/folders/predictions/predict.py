"""`engine predict RUN --training-db DB` as a Python function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.folders.predictions.stream import Asked, Tell, predictions
from engine.folders.predictions.tally import Predicted, Tally
from engine.folders.predictions.translation import Translation, translation, unchanged
from engine.folders.profile import TASK, TAXONOMY, check_taxonomy, taxonomies_of
from engine.folders.samples.text import DEFAULT_TEMPLATE, fields_of
from engine.folders.samples.training_db import SPLITS, Which, training_db
from engine.folders.sheets.columns import key_of
from engine.sheet import write_sheet
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.trained import Trained

BASELINE = "(baseline) "
"""Before a run's id: what its untrained base says. Ids of runs sort after it, so the newest run is never one."""
COLUMNS = ("key", "path", "creator", "taxonomy", "prediction", "confidence", "label", "split")
"""`label` is what people say: a prediction never comes back as a label by itself, a correction does."""


@dataclass(frozen=True)
class Wanted:
    """Which folders, in which words, and what is done with the predictions."""

    taxonomy: str = TAXONOMY
    use_baseline: bool = False
    split: str = ""
    labelled_only: bool = False
    save: bool = False
    output: Path | None = None
    profile: str | None = None
    """Whose mappings translate; None: that of the run."""


@dataclass(frozen=True)
class Outcome:
    """What came out."""

    run: str
    """The name under which it is stored."""
    taxonomy: str
    folders: int
    embedded: int
    """Texts that no earlier call had embedded."""
    seconds: float
    labels: dict[str, int]
    """Label → folders, the most frequent first; empty: what has no counterpart in the taxonomy."""
    labelled: int
    accuracy: float | None
    macro_f1: float | None
    """On the labelled folders."""


def predict_folders(
    run: str,
    training: Path,
    wanted: Wanted,
    *,
    device: str = "cpu",
    workspace: str | Path | Workspace | None = None,
    each: Callable[[Predicted], None] | None = None,
    tell: Tell | None = None,
) -> Outcome:
    """Predict, and store, write or hand over (`each`) what comes out, folder by folder.

    Embeddings are kept in the workspace, so a call that was killed costs a second one little. Raises InputError
    before anything is written.
    """
    from engine.tasks.catalog import find_task
    from engine.trained import find_trained

    place = workspace if isinstance(workspace, Workspace) else Workspace.locate(workspace)
    if wanted.split and wanted.split not in SPLITS:
        raise InputError(
            f"there is no split {wanted.split!r}", where="--split", fix=f"use one of {', '.join(SPLITS)}"
        )
    trained = find_trained(place, run)
    if trained.task != TASK:
        raise InputError(f"{trained.name} does {trained.task}", fix=f"name one of {TASK}")
    template = trained.config.get("template") or DEFAULT_TEMPLATE
    fields_of(template)
    with training_db(training) as db:
        asked = Asked(
            run=f"{BASELINE if wanted.use_baseline else ''}{trained.name}",
            taxonomy=wanted.taxonomy,
            template=template,
            translation=unchanged(()),
            which=_which(wanted),
            save=wanted.save,
        )
        folders = db.count(asked.which)
        if not folders:
            raise InputError(_nothing(wanted), where=str(training), fix="choose other folders, or label some")
        load = find_task(TASK).module("at_scale").load_at_scale
        classifier: Any = load(trained.directory, device, place, baseline=wanted.use_baseline, texts=folders)
        asked = replace(asked, translation=_translation(trained, classifier.labels, wanted))
        tally = Tally()
        made = predictions(db, classifier, asked, tally, tell=tell)
        seen = _seen(made, each)
        if wanted.output is not None:
            write_sheet(wanted.output, COLUMNS, (_cells(one, wanted.taxonomy) for one in seen))
        else:
            for _ in seen:
                pass
    return Outcome(
        run=asked.run,
        taxonomy=asked.taxonomy,
        folders=tally.folders,
        embedded=classifier.embedded,
        seconds=tally.seconds,
        labels=dict(tally.labels.most_common()),
        labelled=tally.labelled,
        accuracy=tally.accuracy,
        macro_f1=tally.macro_f1,
    )


def as_json(one: Predicted) -> dict[str, Any]:
    """What a program gets of a folder."""
    truth = {"truth": one.truth.label, "split": one.truth.split} if one.truth is not None else {}
    return {
        "id": one.sample.id,
        "path": one.sample.shown,
        "label": one.label or None,
        "confidence": round(one.confidence, 6),
        **truth,
    }


def _which(wanted: Wanted) -> Which:
    if wanted.split or wanted.labelled_only:  # labels of a folder that is no more still tell how good a model is
        return Which(wanted.taxonomy, split=wanted.split, labelled=True)
    return Which(present=True)


def _nothing(wanted: Wanted) -> str:
    if not (wanted.split or wanted.labelled_only):
        return "there are no folders in it"
    part = f" of the split {wanted.split}" if wanted.split else ""
    return f"no folder{part} has a label of the taxonomy {wanted.taxonomy}"


def _translation(trained: Trained, labels: tuple[str, ...], wanted: Wanted) -> Translation:
    learnt = trained.config.get("taxonomy") or ""
    if learnt in ("", wanted.taxonomy):
        return unchanged(labels)
    profile = wanted.profile or trained.profile
    taxonomies = taxonomies_of(profile)
    check_taxonomy(wanted.taxonomy, taxonomies)
    return translation(labels, learnt, wanted.taxonomy, taxonomies, profile=profile)


def _seen(made: Iterator[Predicted], each: Callable[[Predicted], None] | None) -> Iterator[Predicted]:
    for one in made:
        if each is not None:
            each(one)
        yield one


def _cells(one: Predicted, taxonomy: str) -> dict[str, str]:
    return {
        "key": key_of(one.sample),
        "path": one.sample.shown,
        "creator": one.sample.creator,
        "taxonomy": taxonomy,
        "prediction": one.label,
        "confidence": f"{one.confidence:.4f}",
        "label": one.truth.label if one.truth is not None else "",
        "split": one.truth.split if one.truth is not None else "",
    }
