"""The verbs of `engine folders` as Python functions: paths and names in, what was done out."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.folders.labels.splits import Splitting
from engine.folders.profile import PROFILE, TAXONOMY, check_taxonomy, classifier_of, taxonomies_of
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.active_learning.strategy import Strategy
    from engine.datasets.store import Dataset
    from engine.folders.drawn_library.on_disk import Written
    from engine.folders.labels.apply import Applied
    from engine.folders.labels.check import Checked
    from engine.folders.samples.features import Featured
    from engine.folders.selection.pool import Wanted
    from engine.folders.selection.proposals import Proposals
    from engine.folders.snapshots.gather import GatherSummary, Progress
    from engine.folders.snapshots.index import Problem

Tick = Callable[[int, int], None]


def generate(
    directory: Path,
    *,
    folders: int = 6000,
    seed: int = 7,
    labels: Path | None = None,
    tick: Tick = lambda done, total: None,
) -> Written:
    """A drawn library on the disk; what each folder is, in the sheet `labels`."""
    from engine.folders.drawn_library.on_disk import write_library

    return write_library(directory, folders=folders, seed=seed, labels=labels, tick=tick)


def gather(
    root: Path,
    index: Path,
    *,
    anew: bool = False,
    readers: int | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
) -> GatherSummary:
    """A snapshot of the tree below `root` in the index, which is made; one that was cut off is gone on with, unless
    `anew`."""
    from engine.folders.snapshots.gather import gather as gather_tree

    return gather_tree(root, index, anew=anew, readers=readers, report=report)


def gather_problems(index: Path, snapshot: int, *, most: int | None = None) -> list[Problem]:
    """What could not be read when a snapshot was gathered, and links that lead in circles: the first `most`."""
    from itertools import islice

    from engine.folders.snapshots.index import open_index

    with open_index(index) as opened:
        return list(islice(opened.problems(snapshot), most))


def make_features(
    index: Path,
    training: Path,
    snapshot: int,
    *,
    batch_size: int = 1000,
    moved: bool = False,
    tick: Tick | None = None,
) -> Featured:
    """A sample in the training database, which is made, for each folder of a snapshot."""
    from engine.folders.samples.features import make_features as make
    from engine.folders.samples.training_db import training_db
    from engine.folders.snapshots.index import open_index

    with open_index(index) as opened:
        chosen = opened.snapshot(snapshot)
        if chosen.finished is None:
            raise InputError(
                f"snapshot {snapshot} was cut off",
                where=str(index),
                fix=f"`engine folders gather {chosen.root} --db {index}` goes on with it",
            )
        with training_db(training, create=True) as db:
            return make(
                db,
                lambda: opened.folders(snapshot),
                root=chosen.root,
                snapshot=snapshot,
                moved=moved,
                batch_size=batch_size,
                tick=tick,
            )


def choose_samples(
    training: Path,
    output: Path,
    wanted: Wanted,
    *,
    profile: str = PROFILE,
    device: str = "cpu",
    workspace: str | Path | None = None,
    tell: Tick | None = None,
) -> int:
    """Write the sheet of folders to label; how many they are. `wanted.template` gives way to that of the profile."""
    from dataclasses import replace

    from engine.folders.labelling.apply_log import labelled_db
    from engine.folders.selection.diverse import choose_samples as choose
    from engine.folders.sheets.to_label import write_samples
    from engine.tasks.catalog import find_task

    classifier = classifier_of(profile, wanted.taxonomy, any_taxonomy=True)
    place = Workspace.locate(workspace)

    def embedder() -> Any:
        module = find_task(classifier.model.task).module("embedding")
        return module.base_embedder(classifier.config, place, device, tell=tell)

    with labelled_db(training) as db:
        chosen = choose(db, replace(wanted, template=classifier.template), embedder)
    return write_samples(output, chosen, wanted.taxonomy)


def propose_samples(
    training: Path,
    output: Path,
    wanted: Wanted,
    strategy: Strategy,
    *,
    run: str | None = None,
    profile: str = PROFILE,
    device: str = "cpu",
    workspace: str | Path | None = None,
    tell: Tick | None = None,
) -> Proposals:
    """Write the sheet of the folders that a strategy proposes.

    Texts are compared by the encoder of a run, else by the untrained base of the profile's model; its template takes
    the place of `wanted.template`.
    """
    from dataclasses import replace

    from engine.folders.encoder import encoder_of
    from engine.folders.labelling.apply_log import labelled_db
    from engine.folders.selection.proposals import propose_samples as propose
    from engine.folders.sheets.to_label import write_samples

    encoder = encoder_of(run, profile, wanted.taxonomy, Workspace.locate(workspace))
    with labelled_db(training) as db:
        made = propose(
            db,
            replace(wanted, template=encoder.template),
            strategy,
            lambda texts: encoder.embedder(device, tell)(texts),
            regularization=encoder.regularization,
        )
    write_samples(output, made.samples, wanted.taxonomy, made.columns)
    return made


def apply_labels(
    training: Path,
    file: Path,
    *,
    profile: str = PROFILE,
    taxonomy: str = TAXONOMY,
    how: Splitting | None = None,
    who: str | None = None,
    replace: bool = False,
) -> Applied:
    """Take over the labels of a sheet, all or none."""
    from engine.folders.labelling.apply_log import labelled_db
    from engine.folders.labels.apply import apply_labels as apply

    taxonomies = taxonomies_of(profile)
    check_taxonomy(taxonomy, taxonomies)
    with labelled_db(training) as db:
        return apply(
            db,
            file,
            taxonomies,
            taxonomy=taxonomy,
            how=how or Splitting(),
            who=_me() if who is None else who,
            replace_others=replace,
        )


def check_labels(
    training: Path,
    output: Path | None = None,
    *,
    taxonomy: str = TAXONOMY,
    profile: str = PROFILE,
    run: str | None = None,
    device: str = "cpu",
    workspace: str | Path | None = None,
) -> Checked:
    """Labels that look wrong; with `output`, also as a sheet to correct them in."""
    from engine.folders.encoder import encoder_of
    from engine.folders.labelling.apply_log import labelled_db
    from engine.folders.labels.check import check_labels as check
    from engine.folders.labels.check import columns_of
    from engine.folders.sheets.to_label import write_samples

    encoder = encoder_of(run, profile, taxonomy, Workspace.locate(workspace))
    with labelled_db(training) as db:
        checked = check(
            db,
            taxonomy,
            encoder.template,
            lambda texts: encoder.embedder(device)(texts),
            regularization=encoder.regularization,
        )
    if output is not None:
        write_samples(output, [doubt.sample for doubt in checked.doubts], taxonomy, columns_of(checked.doubts))
    return checked


def export_labels(training: Path, output: Path, *, taxonomies: Sequence[str] = ()) -> int:
    """Write the labels as a sheet; how many they are."""
    from engine.folders.labelling.apply_log import labelled_db
    from engine.folders.labels.export import export_labels as export

    with labelled_db(training) as db:
        return export(db, output, taxonomies)


def make_dataset(
    training: Path,
    *,
    profile: str = PROFILE,
    taxonomy: str = TAXONOMY,
    model: str | None = None,
    preset: str = "full",
    overrides: Sequence[str] = (),
    how: Splitting | None = None,
    anew: bool = False,
    mapped: bool = False,
    workspace: str | Path | None = None,
) -> Dataset:
    """The labelled folders as a dataset, on which the model's next training trains."""
    from engine.folders.labelling.apply_log import labelled_db
    from engine.folders.labels.dataset import make_dataset as make

    classifier = classifier_of(profile, taxonomy, model=model, preset=preset, overrides=overrides)
    taxonomies = taxonomies_of(profile)
    with labelled_db(training) as db:
        return make(
            db,
            Workspace.locate(workspace),
            classifier,
            taxonomies,
            how=how or Splitting(),
            anew=anew,
            mapped=mapped,
        )


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return ""
