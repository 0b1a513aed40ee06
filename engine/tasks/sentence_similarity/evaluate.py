"""The report of a model on a split: correlation, its interval, its parts, its calibration, its worst errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.datasets.store import Dataset
from engine.errors import BaseModelError, DataError
from engine.evaluation.bootstrap import bootstrap_interval
from engine.evaluation.report import Report, Table
from engine.evaluation.targets import target_notes
from engine.model_directory import read_card
from engine.tasks.contract import Row
from engine.tasks.sentence_similarity import TASK
from engine.tasks.sentence_similarity.config import Config
from engine.tasks.sentence_similarity.metrics import Values, calibration_bins, pair_metrics, pearson, spearman
from engine.tasks.sentence_similarity.model import saved_encoder, untrained_encoder
from engine.tasks.sentence_similarity.pairs import Pairs
from engine.text_encoder import Encoder

WORST = 12
FEW_PAIRS = 10
"""Below this a correlation is noise and is not shown."""


def evaluate(model: Path, dataset: Dataset, split: str, device: str) -> Report:
    """Measure a model directory on a split, beside the untrained model on the same rows."""
    facts = read_card(model, TASK.name, dict)
    config = Config.model_validate(facts["config"])
    rows = dataset.rows(split)
    if not rows:
        raise DataError(f"the split {split!r} has no pairs", where=str(dataset.path))
    scores = np.array([row["score"] for row in rows], dtype=np.float64)
    similarity = _similarity(saved_encoder(model), rows, config, device)
    metrics = pair_metrics(similarity, scores)
    notes: list[str] = []
    untrained = _untrained_similarity(config, rows, device, notes)
    intervals = _intervals(similarity, scores, rows)
    slices: dict[str, dict[str, float | None]] = {
        name: {**pair_metrics(similarity[at], scores[at])} for name, at in _parts(rows, "slice").items()
    }
    missed = target_notes(facts["targets"], metrics, slices=slices, intervals=intervals)
    notes = [*missed, *_choice_notes(facts), *notes]
    return Report(
        task="sentence-similarity",
        dataset=dataset.id,
        split=split,
        examples=len(rows),
        metrics=dict(metrics),
        intervals=intervals,
        slices=slices,
        baseline={} if untrained is None else dict(pair_metrics(untrained, scores)),
        tables=[
            *_part_tables(rows, similarity, scores, untrained),
            _calibration_table(similarity, scores),
            *_phase_tables(facts),
        ],
        errors=_worst(rows, similarity, scores),
        notes=notes,
    )


def headline_over(rows: Sequence[Row], predictions: Sequence[Row]) -> Callable[[NDArray[np.int64]], float]:
    """Spearman's correlation over pairs, by their numbers (engine.tasks.contract.Task.headline_over)."""
    scores = np.array([row["score"] for row in rows], dtype=np.float64)
    similarity = np.array([made["similarity"] for made in predictions], dtype=np.float64)
    return lambda at: spearman(similarity[at], scores[at])


def _similarity(encoder: Encoder, rows: Sequence[Row], config: Config, device: str) -> Values:
    encoder.to(device).eval()
    with torch.inference_mode():
        return Pairs(encoder, rows).similarity(encoder, batch_size=config.eval_batch_size)


def _untrained_similarity(config: Config, rows: Sequence[Row], device: str, notes: list[str]) -> Values | None:
    """What the base model makes of the rows; None, and a note, when it is not on this machine."""
    try:
        return _similarity(untrained_encoder(config), rows, config, device)
    except BaseModelError as problem:
        notes.append(f"No figures of the untrained model: {problem}.")
        return None


def _intervals(similarity: Values, scores: Values, rows: Sequence[Row]) -> dict[str, tuple[float, float]]:
    """95 % intervals over groups: pairs made from one source stand or fall together."""
    groups: dict[Any, list[int]] = {}
    for at, row in enumerate(rows):
        groups.setdefault(row.get("group", at), []).append(at)
    members = [np.array(group) for group in groups.values()]
    measures: dict[str, Callable[[Values, Values], float]] = {
        "spearman": spearman,
        "pearson": pearson,
        "mae": lambda x, y: float(np.abs(x - y).mean()),
    }
    intervals = {}
    for name, measure in measures.items():

        def over_groups(drawn: NDArray[np.int64], measure: Callable[[Values, Values], float] = measure) -> float:
            at = np.concatenate([members[group] for group in drawn])
            return measure(similarity[at], scores[at])

        interval = bootstrap_interval(over_groups, len(members))
        if interval is not None and np.isfinite(interval).all():
            intervals[name] = interval
    if "spearman" in intervals:
        intervals["correlation"] = intervals["spearman"]
    return intervals


def _parts(rows: Sequence[Row], key: str) -> dict[str, NDArray[np.int64]]:
    """Value of `key` → where its rows stand; empty when no row has it."""
    found: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        if row.get(key):
            found.setdefault(str(row[key]), []).append(at)
    return {name: np.array(found[name]) for name in sorted(found)}


def _part_tables(rows: Sequence[Row], similarity: Values, scores: Values, untrained: Values | None) -> list[Table]:
    titles = {"kind": "Kinds of pairs", "slice": "Vocabulary and templates seen in training, and unseen"}
    columns = ["part", "pairs", "mean score", "mean similarity", "mae", "correlation", "untrained correlation"]
    tables = []
    for key, title in titles.items():
        lines = []
        for name, at in _parts(rows, key).items():
            line: list[Any] = [name, len(at), float(scores[at].mean()), float(similarity[at].mean())]
            line.append(float(np.abs(similarity[at] - scores[at]).mean()))
            line.append(_correlation(similarity[at], scores[at]))
            line.append(None if untrained is None else _correlation(untrained[at], scores[at]))
            lines.append(line)
        if lines:
            tables.append(Table(title, columns, lines))
    return tables


def _correlation(similarity: Values, scores: Values) -> float | None:
    value = spearman(similarity, scores) if len(scores) >= FEW_PAIRS else float("nan")
    return value if np.isfinite(value) else None


def _calibration_table(similarity: Values, scores: Values) -> Table:
    lines: list[list[Any]] = [
        [
            f"{entry.low:.1f} – {entry.high:.1f}",
            entry.count,
            entry.similarity,
            entry.score,
            entry.similarity - entry.score,
        ]
        for entry in calibration_bins(similarity, scores)
    ]
    return Table(
        "Calibration",
        ["predicted similarity", "pairs", "mean similarity", "mean score", "too high by"],
        lines,
        note="A similarity means what it says where its mean equals the mean score. Below 0 counts as 0.0 – 0.1.",
        figure="calibration",
    )


def _phase_tables(facts: dict[str, Any]) -> list[Table]:
    """What training tried, with the correlation on validation by which it chose."""
    candidates: dict[str, float] = facts.get("candidates", {})
    if not candidates:
        return []
    seconds = {phase["name"]: phase["seconds"] for phase in facts.get("phases", [])}
    lines: list[list[Any]] = [
        [name, correlation, seconds.get(name), "yes" if name == facts["kept"] else ""]
        for name, correlation in candidates.items()
    ]
    return [Table("What training tried", ["encoder", "correlation on validation", "seconds", "kept"], lines)]


def _choice_notes(facts: dict[str, Any]) -> list[str]:
    if facts.get("kept") == "untrained":
        return ["This is the untrained model: no training beat it on validation."]
    candidates: dict[str, float] = facts.get("candidates", {})
    with_it, without = candidates.get("supervised"), candidates.get("supervised alone")
    if with_it is None or without is None:
        return []
    verdict = "kept" if with_it > without else "left out"
    return [f"The unsupervised phase was {verdict}: validation {with_it:.4f} with it, {without:.4f} without."]


def _worst(rows: Sequence[Row], similarity: Values, scores: Values) -> list[dict[str, Any]]:
    order = np.argsort(-np.abs(similarity - scores), kind="stable")[:WORST]
    return [
        {
            "a": rows[at]["a"],
            "b": rows[at]["b"],
            "score": round(float(scores[at]), 3),
            "similarity": round(float(similarity[at]), 3),
            **{key: rows[at][key] for key in ("kind", "slice") if rows[at].get(key)},
        }
        for at in order
    ]
