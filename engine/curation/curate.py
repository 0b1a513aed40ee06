"""Curation of a dataset: search, report, decisions. Nothing in the dataset is changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial

import msgspec

from engine.curation.balance import Balance, balance_of
from engine.curation.decisions import Decision, Known, decisions_from, read_decisions, write_decisions
from engine.curation.embeddings import embeddings_of
from engine.curation.findings import GRAVEST_FIRST, LABELLED, Entry, entries_of
from engine.curation.paths import CurationPaths
from engine.curation.report import pictures_of, tables_of
from engine.curation.review import locked_decisions
from engine.curation.search import Embed, Rows, Searched, Watcher, search
from engine.curation.settings import Settings
from engine.curation.suggestions import Flagged, flag
from engine.datasets.files import FOLDER
from engine.datasets.store import Dataset
from engine.evaluation.report import Report, write_report
from engine.workspace import Workspace


class Curated(msgspec.Struct, frozen=True, kw_only=True):
    """What a curation found, in figures, and where the rest lies."""

    dataset: str
    rows: int
    flagged: int
    problems: dict[str, int]
    """Problem → rows."""
    suggested: dict[str, int]
    """`keep`, `drop`, `relabel` → rows."""
    kept_decisions: int
    """That a person had made before."""
    report: str
    page: str
    decisions: str
    notes: list[str]


@dataclass(frozen=True)
class _Found:
    entries: list[Entry]
    searched: Searched
    flagged: list[Flagged]
    balance: Balance | None


def curate(
    workspace: Workspace,
    dataset: Dataset,
    settings: Settings | None = None,
    *,
    model: str | None = None,
    watcher: Watcher = lambda stage, done, total: None,
) -> Curated:
    """Search a dataset of pictures and write report and decisions. `model`: a run whose embeddings say what is alike.

    Decisions that a person made stay. Raises DataError for a dataset or an earlier file of decisions that cannot be
    used, InputError for a run that embeds no pictures; then nothing is written.
    """
    settings = settings or Settings()
    paths = CurationPaths.of(workspace, dataset)
    labelled = dataset.manifest.task in LABELLED
    entries = entries_of(dataset)
    known = Known.of(entries, labelled=labelled)
    _earlier(paths, known)  # one that cannot be used is said before the work
    embed: Embed | None = None if model is None else partial(embeddings_of, workspace, model)
    searched = search(
        Rows.of(entries), dataset.path / FOLDER, settings, labelled=labelled, watcher=watcher, embed=embed
    )
    balance = balance_of(entries, dataset.splits) if labelled and "balance" in settings.searches else None
    found = _Found(entries, searched, flag(searched.findings, entries), balance)
    report = _report(dataset, found, settings)
    with locked_decisions(paths):
        earlier = _earlier(paths, known)
        decisions = decisions_from(found.flagged, entries, earlier)
        write_report(report, paths.report)
        write_decisions(paths.decisions, decisions)
    return Curated(
        dataset=dataset.id,
        rows=len(entries),
        flagged=len(found.flagged),
        problems={name: int(value or 0) for name, value in report.metrics.items()},
        suggested=dict(Counter(one.suggested.partition(":")[0] for one in found.flagged)),
        kept_decisions=sum(one.is_a_persons for one in decisions),
        report=str(paths.report),
        page=str(paths.page),
        decisions=str(paths.decisions),
        notes=report.notes,
    )


def _earlier(paths: CurationPaths, known: Known) -> list[Decision]:
    return read_decisions(paths.decisions, known) if paths.decisions.exists() else []


def _report(dataset: Dataset, found: _Found, settings: Settings) -> Report:
    counts = Counter(problem for one in found.flagged for problem in {finding.problem for finding in one.findings})
    warnings = [f"{warning}." for warning in found.balance.warnings] if found.balance else []
    return Report(
        task=dataset.manifest.task,
        dataset=dataset.id,
        split=", ".join(dataset.splits),
        examples=len(found.entries),
        metrics={problem: float(counts[problem]) for problem in GRAVEST_FIRST},
        tables=tables_of(found.flagged, found.entries, found.balance, settings),
        notes=found.searched.notes + warnings,
        pictures=pictures_of(found.flagged, found.entries, dataset.path / FOLDER),
    )
