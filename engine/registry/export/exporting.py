"""`engine models export`: a version written for others, verified, complete or not at all."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import msgspec

from engine.datasets.store import Dataset, open_dataset
from engine.errors import InputError, NotFoundError, WorkError
from engine.evaluation.report import Report, pictures_of, read_report
from engine.files import atomic_directory, write_json
from engine.model_directory import read_expected
from engine.registry.card import Usage, model_card
from engine.registry.export.agreement import Agreement, compare
from engine.registry.integrity import file_facts, problems_of
from engine.registry.manifest import FileFact
from engine.registry.paths import VersionPaths
from engine.tasks.catalog import find_task
from engine.tasks.contract import Row, Task
from engine.workspace import Workspace

if TYPE_CHECKING:
    from engine.registry.store import Version

Format = Literal["native", "huggingface", "onnx"]
FORMATS: tuple[Format, ...] = get_args(Format)
FACTS = "export.json"
ONNX = "model.onnx"
ROWS = 200
"""Rows of validation on which an ONNX file is held against its version, where nobody says how many."""
SPLIT = "validation"


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """`export.json`: what was exported, and how it was verified."""

    finetop: int = 1
    version: str
    run: str
    format: Format
    created: float
    """Unix seconds."""
    verified_on: str
    """`DATASET/validation`; the model's own samples where that is not there; empty where hashes say it."""
    agreement: Agreement | None
    """Of ONNX; None where the files themselves are those of the version."""
    files: dict[str, FileFact]


@dataclass(frozen=True)
class _Source:
    """A version with what its card and its verification need."""

    version: Version
    task: Task
    report: Report | None
    dataset: Dataset | None

    @property
    def model(self) -> Path:
        return self.version.paths.model

    def card(self, usage: Usage | None = None) -> str:
        counts = self.dataset.manifest.counts if self.dataset is not None else None
        return model_card(self.version.manifest, self.report, counts=counts, usage=usage)


def export(
    version: Version,
    directory: Path,
    format: Format = "native",
    *,
    rows: int = ROWS,
    tell: Callable[[str], None] = lambda sentence: None,
) -> Exported:
    """Write a version into `directory`, which must be new or empty. `tell` hears what is being done.

    Raises InputError where the files of the version are not those that were registered, where its task has no such
    export, and for a directory that holds something; WorkError where an ONNX file does not predict what the version
    predicts. Nothing is left then.
    """
    if format not in FORMATS:
        raise InputError(f"there is no format {format!r}", fix=f"write one of {', '.join(FORMATS)}")
    if rows < 1:
        raise InputError("an export is verified on one row at least", where="rows", fix="give a number above 0")
    target = directory.absolute()
    if target.is_symlink() or (target.exists() and not (target.is_dir() and not any(target.iterdir()))):
        raise InputError("this holds something already", where=str(directory), fix="name a new directory")
    broken = problems_of(version.paths, version.manifest, whole=True)
    if broken:
        raise InputError(
            f"the files of {version.name} are not those that were registered: {broken[0]}",
            where=str(version.paths.root),
            fix="train it anew, or restore the directory",
        )
    source = _source_of(version)
    with atomic_directory(target) as staging:
        agreement, verified_on = None, ""
        if format == "native":
            _write_native(source, staging)
        elif format == "huggingface":
            usage = source.task.exporter("huggingface", "for Hugging Face")(source.model, staging)
            (staging / "README.md").write_text(source.card(usage))
        else:
            agreement, verified_on = _write_onnx(source, staging, rows, tell)
        exported = Exported(
            version=version.name,
            run=version.manifest.run,
            format=format,
            created=time.time(),
            verified_on=verified_on,
            agreement=agreement,
            files=file_facts(staging),
        )
        write_json(staging / FACTS, exported)
    return exported


def _source_of(version: Version) -> _Source:
    dataset = None
    if version.manifest.dataset:
        try:
            dataset = open_dataset(Workspace(version.home.workspace), version.manifest.dataset)
        except NotFoundError:  # forgotten, expired, or left behind where the version was copied from
            dataset = None
    report = read_report(version.paths.report) if version.paths.report.is_file() else None
    return _Source(version, find_task(version.manifest.task), report, dataset)


def _write_native(source: _Source, staging: Path) -> None:
    paths, copy = source.version.paths, VersionPaths(staging)
    shutil.copytree(paths.model, copy.model)
    shutil.copyfile(paths.manifest, copy.manifest)
    for file in (paths.report, paths.report.with_suffix(".md"), paths.metrics):
        if file.is_file():
            shutil.copyfile(file, staging / file.name)
    if pictures_of(paths.report).is_dir():
        shutil.copytree(pictures_of(paths.report), pictures_of(copy.report))
    if paths.card.is_file():
        shutil.copyfile(paths.card, copy.card)
    else:
        copy.card.write_text(source.card())


def _write_onnx(source: _Source, staging: Path, rows: int, tell: Callable[[str], None]) -> tuple[Agreement, str]:
    task, model, path = source.task, source.model, staging / ONNX
    write = task.exporter("export_onnx", "as ONNX")
    tell("writing the network as ONNX")
    write(model, path)
    samples, where = _samples(source, rows)
    tell(f"holding it against the version on {len(samples)} rows of {where}")
    answers = task.exporter("answers", "as ONNX")
    wanted = answers(task.load(model, "cpu"), samples)
    got = answers(task.exporter("onnx_predictor", "as ONNX")(model, path), samples)
    agreement = compare(wanted, got, task.exporter("TOLERANCES", "as ONNX"))
    if not agreement.verified:
        raise WorkError(
            f"the ONNX file does not predict what {source.version.name} predicts: {agreement.sentence}",
            fix="export it natively or for Hugging Face",
        )
    for file in task.exporter("onnx_files", "as ONNX")(model):
        shutil.copyfile(file, staging / file.name)
    (staging / "README.md").write_text(source.card(task.exporter("onnx_usage", "as ONNX")(model)))
    return agreement, where


def _samples(source: _Source, most: int) -> tuple[list[Row], str]:
    """Rows of the validation split, spread evenly; where there are none, what the training put beside the model."""
    dataset = source.dataset
    if dataset is not None and dataset.manifest.counts.get(SPLIT):
        found = dataset.rows(SPLIT)
        chosen = [found[at * len(found) // most] for at in range(most)] if len(found) > most else found
        if source.task.predicts_on == "image":
            from engine.labelled_pictures import picture_path

            chosen = [{**row, "image": str(picture_path(dataset.path, row))} for row in chosen]
        return chosen, f"{dataset.id}/{SPLIT}"
    samples, _ = read_expected(source.model)
    return samples[:most], "the model's own samples"
