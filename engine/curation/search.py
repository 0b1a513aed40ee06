"""What is wrong with the rows of a dataset: each search in turn, on pictures that are decoded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.curation import blur, descriptors, duplicates, exposure, label_errors
from engine.curation.findings import Entry, Finding
from engine.curation.measuring import Measured, measure
from engine.curation.settings import Settings
from engine.curation.suggestions import duplicate_findings

Vectors = NDArray[np.float32]
Watcher = Callable[[str, int, int], None]
"""Told what is under way, how much of it is done, and of how much."""
Embed = Callable[[Sequence[Path], Callable[[int, int], None]], Vectors]


@dataclass
class Searched:
    """What was found, and what a reader must know of how."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    doubts: list[tuple[int, label_errors.Doubt]] = field(default_factory=list)
    """Row → what heads say of its label, for the table."""


@dataclass(frozen=True)
class Rows:
    """Rows, and which picture each shows."""

    entries: Sequence[Entry]
    names: tuple[str, ...]
    """Every picture once."""
    picture_of: NDArray[np.int64]
    """Row → number of its picture."""

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Rows:
        names = tuple(dict.fromkeys(entry.picture for entry in entries))
        number = {name: at for at, name in enumerate(names)}
        return cls(entries, names, np.array([number[entry.picture] for entry in entries], dtype=np.int64))

    def showing(self, picture: int) -> list[int]:
        """The rows that show a picture."""
        return np.flatnonzero(self.picture_of == picture).tolist()


def search(
    rows: Rows, folder: Path, settings: Settings, *, labelled: bool, watcher: Watcher, embed: Embed | None = None
) -> Searched:
    """Look for all that the settings say. `embed` gives the embeddings of a trained model; without it likeness is
    that of simple descriptors. Unreadable pictures are found in any case."""
    done = Searched()
    paths = [folder / name for name in rows.names]
    measured = measure(paths, seed=settings.seed, tick=lambda at, of: watcher("measuring pictures", at, of))
    for picture, why in measured.unreadable.items():
        done.findings += [Finding(row, "unreadable", 1.0, f"cannot be read: {why}") for row in rows.showing(picture)]
    readable = np.ones(len(paths), dtype=bool)
    readable[list(measured.unreadable)] = False
    plain = _look(rows, measured, readable, settings, done)
    vectors: Vectors | None = None
    if embed is not None and {"duplicates", "labels"} & set(settings.searches):
        vectors = np.zeros((len(paths), 1), dtype=np.float32)
        if readable.any():
            sound = np.flatnonzero(readable)
            seen = embed([paths[at] for at in sound.tolist()], lambda at, of: watcher("embedding pictures", at, of))
            vectors = np.zeros((len(paths), seen.shape[1]), dtype=np.float32)
            vectors[sound] = seen
    group_of = np.arange(len(paths))
    groups: list[list[int]] = []
    scores: dict[int, float] = {}
    if "duplicates" in settings.searches:
        groups, scores = _alike(measured, readable & ~measured.even, vectors, settings, watcher)
        for group in groups:
            group_of[group] = group[0]
    if "labels" in settings.searches and labelled:
        _doubt(rows, measured, readable & plain, vectors, group_of, settings, done, watcher)
    if "duplicates" in settings.searches:
        shows_something = ~measured.even[rows.picture_of]
        done.findings += _doubles(rows, shows_something, group_of, scores, done, labelled=labelled)
    return done


def _look(
    rows: Rows, measured: Measured, readable: NDArray[np.bool_], settings: Settings, done: Searched
) -> NDArray[np.bool_]:
    """Blur and exposure; returns which pictures are exposed well enough to judge what they show."""
    thresholds, plain = settings.thresholds, ~measured.even
    if "exposure" in settings.searches:
        sound = np.flatnonzero(readable)
        off = exposure.misexposed(
            measured.levels[sound], measured.deep[sound], bound=thresholds.exposure, clipped=thresholds.clipped
        )
        for one in off:
            picture = int(sound[one.at])
            plain[picture] = False
            done.findings += [Finding(row, "exposure", one.score, one.reason) for row in rows.showing(picture)]
    if "blur" in settings.searches:
        for picture, score, reason in _blurred(measured, readable & ~measured.even, settings, done):
            done.findings += [Finding(row, "blur", score, reason) for row in rows.showing(picture)]
    return plain


def _blurred(
    measured: Measured, judged: NDArray[np.bool_], settings: Settings, done: Searched
) -> list[tuple[int, float, str]]:
    thresholds = settings.thresholds
    found: dict[int, tuple[int, float, str]] = {}
    if thresholds.laplacian:
        for at in np.flatnonzero(judged & (measured.laplacian < thresholds.laplacian)).tolist():
            variance = float(measured.laplacian[at])
            said = f"variance of the Laplacian {variance:.0f}, below {thresholds.laplacian:g}"
            found[at] = (at, 1 - variance / thresholds.laplacian, said)
    if len(measured.copied) < blur.LEAST_PICTURES:
        done.notes.append(f"Blur was not judged: {blur.LEAST_PICTURES} pictures are needed to learn from.")
        return list(found.values())
    probable = blur.blur_probabilities(measured.sharpness, measured.copies, measured.copied)
    for at in np.flatnonzero(judged & (probable >= thresholds.blur)).tolist():
        said = f"as soft as blurred copies (variance of the Laplacian {measured.laplacian[at]:.0f})"
        found[at] = (at, float(probable[at]), said)
    return list(found.values())


def _alike(
    measured: Measured,
    eligible: NDArray[np.bool_],
    vectors: Vectors | None,
    settings: Settings,
    watcher: Watcher,
) -> tuple[list[list[int]], dict[int, float]]:
    """Groups of different files that show the same, and how much each agrees with another of its group."""
    seen = measured.appearance if vectors is None else vectors
    pairs = duplicates.candidates(measured.hashes, seen, eligible, int(settings.thresholds.hamming))
    agreeing = duplicates.agreeing(
        measured.small,
        len(eligible),
        pairs,
        eligible,
        settings.thresholds.duplicate,
        lambda at, of: watcher("comparing pictures", at, of),
        seed=settings.seed,
    )
    scores: dict[int, float] = {}
    for first, second, score in agreeing:
        for at in (first, second):
            scores[at] = max(score, scores.get(at, 0.0))
    return duplicates.components(len(eligible), [(first, second) for first, second, _ in agreeing]), scores


def _doubles(
    rows: Rows,
    shows_something: NDArray[np.bool_],
    group_of: NDArray[np.int64],
    scores: dict[int, float],
    done: Searched,
    *,
    labelled: bool,
) -> list[Finding]:
    """Rows of one file, and of files that show the same."""
    by_group: dict[int, list[int]] = {}
    for row in np.flatnonzero(shows_something).tolist():
        by_group.setdefault(int(group_of[rows.picture_of[row]]), []).append(row)
    groups = [group for group in by_group.values() if len(group) > 1]
    agreement = {row: scores.get(int(rows.picture_of[row]), 1.0) for group in groups for row in group}
    flawed = {one.entry for one in done.findings if one.problem in ("blur", "exposure", "unreadable")}
    doubted = {one.entry for one in done.findings if one.problem == "label"}
    return duplicate_findings(groups, agreement, rows.entries, flawed=flawed, doubted=doubted, labelled=labelled)


def _doubt(
    rows: Rows,
    measured: Measured,
    judged: NDArray[np.bool_],
    vectors: Vectors | None,
    group_of: NDArray[np.int64],
    settings: Settings,
    done: Searched,
    watcher: Watcher,
) -> None:
    chosen = np.flatnonzero(judged[rows.picture_of])
    watcher("judging labels", 0, len(chosen))
    names = sorted({rows.entries[at].label for at in chosen.tolist()})
    if len(names) < 2:
        done.notes.append("Labels were not judged: there are fewer than two.")
        return
    number = {name: at for at, name in enumerate(names)}
    labels = np.array([number[rows.entries[at].label] for at in chosen.tolist()], dtype=np.int64)
    pictures = rows.picture_of[chosen]
    parts = [vectors[pictures]] if vectors is not None else [measured.appearance[pictures], measured.edges[pictures]]
    groups = _joined([rows.entries[at].group for at in chosen.tolist()], group_of[pictures])
    found = label_errors.doubts(
        descriptors.combined(parts), labels, groups, threshold=settings.thresholds.label, seed=settings.seed
    )
    for one in found.found:
        row = int(chosen[one.at])
        likely = names[one.likely]
        said = f"looks like {likely} ({one.likely_probability:.0%} against {one.given_probability:.0%})"
        done.findings.append(Finding(row, "label", one.wrong, said, likely=likely))
        done.doubts.append((row, one))
    by = "the model's embeddings" if vectors is not None else "simple descriptors"
    done.notes.append(
        f"Labels were judged by logistic heads on {by} that did not see the row; they agree with {found.agreed:.0%} "
        f"of {found.judged} labels. The fewer, the less can be said of single ones."
    )
    watcher("judging labels", len(chosen), len(chosen))


def _joined(groups: Sequence[str], alike: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for all rows that hang together by their group or by showing the same."""
    first: dict[tuple[str, object], int] = {}
    pairs = []
    for at, (name, same) in enumerate(zip(groups, alike.tolist(), strict=True)):
        for key in (("group", name), ("same", same)) if name else (("same", same),):
            pairs.append((first.setdefault(key, at), at))
    joined = np.arange(len(groups))
    for group in duplicates.components(len(groups), pairs):
        joined[group] = group[0]
    return joined
