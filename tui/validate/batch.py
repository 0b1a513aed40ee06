"""Asks a model about every row of a file, in a process of its own. Slow: call in threads."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import DataError, InputError, WorkError
from engine.files import atomic_file
from tui.paths import typed_path
from tui.predictor import Predictor
from tui.validate.inputs import Input, rows_of_file

Row = Mapping[str, Any]
MOST_ROWS = 20_000
"""More than that is nothing to page through."""
AT_ONCE = 16
"""Rows that the model is asked together."""


@dataclass(frozen=True)
class Asked:
    """A row with what the model says of it, or what is wrong with the row."""

    number: int
    sample: Row
    prediction: Row = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a batch is."""

    done: int
    total: int
    seconds: float
    failed: int = 0

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to go; None where nobody knows yet."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


@dataclass(frozen=True)
class Result:
    """A batch that came to its end."""

    model: str
    source: Path
    rows: tuple[Asked, ...]
    output: Path | None = None
    """Where it is written; None with --readonly."""


class Stopped(Exception):
    """Somebody stopped the batch."""


def free_name(source: Path) -> Path:
    """Where predictions of a file go, unless the operator says otherwise: beside it, over nothing that is there."""
    stem = source.with_suffix("") if source.suffix else source
    for number in itertools.count(1):
        path = stem.with_name(f"{stem.name}.predictions{'' if number == 1 else f'-{number}'}.jsonl")
        if not path.exists():
            return path
    raise AssertionError("numbers do not end")


def output_for(written: str) -> str:
    """What is proposed for a path that is being typed; empty where it names no file yet."""
    if not written.strip("/.~ "):
        return ""
    try:
        return str(free_name(typed_path(written)))
    except (OSError, ValueError):
        return ""  # too long, or not to be looked at: the batch says so when it is asked for


def check(source: Path, predicts_on: str, model: str) -> int:
    """How many rows there are. Raises DataError for none, or too many."""
    total = 0
    for total, _ in enumerate(rows_of_file(source, predicts_on), 1):
        if total > MOST_ROWS:
            raise DataError(
                f"holds more than {MOST_ROWS:,} rows",
                where=str(source),
                fix=f"`engine predict {model} --input FILE --output FILE` takes any number",
            )
    if not total:
        raise DataError("holds no row", where=str(source), fix="write one a line")
    return total


def run_batch(
    predictor: Predictor,
    source: Path,
    predicts_on: str,
    model: str,
    output: Path | None,
    report: Callable[[Progress], None],
    stopped: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
) -> Result:
    """Ask about every row; the result is written whole, or not at all. Raises Stopped, DataError, WorkError."""
    if output is not None and output.exists():
        raise InputError("there is such a file already", where=str(output), fix="name another")
    total = check(source, predicts_on, model)
    predictor.ready()
    began, failed = clock(), 0
    rows: list[Asked] = []
    for chunk in _chunks(rows_of_file(source, predicts_on)):
        if stopped():
            raise Stopped
        for asked in _ask(predictor, chunk):
            failed += bool(asked.problem)
            rows.append(asked)
        report(Progress(len(rows), total, clock() - began, failed))
    if output is not None:
        with atomic_file(output) as temporary, temporary.open("wb") as file:
            for asked in rows:
                said = {"error": asked.problem} if asked.problem else dict(asked.prediction)
                file.write(msgspec.json.encode({"row": asked.number, **asked.sample, **said}) + b"\n")
    return Result(model, source, tuple(rows), output)


def _ask(predictor: Predictor, chunk: list[Input]) -> Iterator[Asked]:
    """The rows in their order. One that the model chokes on costs its neighbours nothing."""
    good = [one for one in chunk if one.sample is not None]
    answers: dict[int, Asked] = {
        one.number: Asked(one.number, {}, problem=one.problem) for one in chunk if one.sample is None
    }
    try:
        predictions = predictor.answer([dict(one.sample or {}) for one in good]) if good else []
        pairs = zip(good, predictions, strict=True)
        answers |= {one.number: Asked(one.number, one.sample or {}, said) for one, said in pairs}
    except WorkError:
        if not predictor.alive:
            raise
        for one in good:
            try:
                answers[one.number] = Asked(
                    one.number, one.sample or {}, predictor.answer([dict(one.sample or {})])[0]
                )
            except WorkError as problem:
                if not predictor.alive:
                    raise
                answers[one.number] = Asked(one.number, one.sample or {}, problem=str(problem))
    for one in chunk:
        yield answers[one.number]


def _chunks(rows: Iterable[Input]) -> Iterator[list[Input]]:
    pending = iter(rows)
    while chunk := list(itertools.islice(pending, AT_ONCE)):
        yield chunk
