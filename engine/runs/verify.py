"""The model as somebody else finds it: loaded in a fresh process, compared, evaluated on the test split.

`python -m engine.runs.verify RUN_DIR DEVICE`. Catches heads that were not saved and weights that are
not finite. Writes `report.json` and `report.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import traceback
from pathlib import Path

from engine.errors import FinetopError, NotFoundError, WorkError
from engine.evaluation.report import write_report
from engine.model_directory import EXPECTED, read_expected
from engine.runs.attempt import dataset_of
from engine.runs.continuation import beside_its_start
from engine.runs.paths import RunPaths
from engine.runs.processes import die_with_parent, end_process
from engine.runs.reasons import EXIT_CODES, Reason, reason_of_error
from engine.runs.spec import RunSpec
from engine.tasks.catalog import find_task
from engine.tasks.contract import Predictor, Task


class ModelDiffers(WorkError):
    """The model does not predict what it predicted in the training process."""

    reason = Reason.MODEL_DIFFERS


def main(arguments: list[str] | None = None) -> int:
    """Verify one run's model; the exit code says how it went."""
    die_with_parent()
    # The trainer decides when this process ends.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    parser = argparse.ArgumentParser(prog="python -m engine.runs.verify")
    parser.add_argument("run", type=Path)
    parser.add_argument("device", nargs="?", default="cpu")
    parser.add_argument("--answer", type=int, help="descriptor that gets the sentence of a failure")
    given = parser.parse_args(arguments)
    try:
        verify(RunPaths(given.run.absolute()), given.device)
    except Exception as error:
        # The edge of the process: the trainer gets a sentence and an exit code.
        traceback.print_exception(error)
        if given.answer is not None:
            sentence = str(error) if isinstance(error, FinetopError) else f"{type(error).__name__}: {error}"
            os.write(given.answer, json.dumps(sentence[:4000]).encode())
        return EXIT_CODES[error.reason if isinstance(error, ModelDiffers) else reason_of_error(error)]
    return EXIT_CODES[Reason.DONE]


def verify(paths: RunPaths, device: str) -> None:
    """Compare and evaluate. Raises ModelDiffers, or what loading and evaluation raise."""
    spec = RunSpec.read(paths.spec)
    task = find_task(spec.task)
    compare(task, paths.model, device)
    dataset = dataset_of(paths, spec)
    report = task.evaluate(paths.model, dataset, "test", device)
    if spec.continues is not None:
        report = beside_its_start(paths, spec, task, dataset, report, device)
    write_report(report, paths.report)


def compare(task: Task, model: Path, device: str) -> Predictor:
    """Load a model, and predict the samples of `expected.json` again; gives the loaded model.

    Raises NotFoundError where there are none, ModelDiffers, and what loading raises.
    """
    try:
        samples, wanted = read_expected(model)
    except FileNotFoundError as problem:
        raise NotFoundError(
            f"the model has no {EXPECTED}", where=str(model), fix="the task must write samples with predictions"
        ) from problem
    predictor = task.load(model, device)
    got = predictor.predict(samples)
    if len(got) != len(wanted):
        raise ModelDiffers(f"the loaded model gave {len(got)} predictions for {len(wanted)} samples")
    agree = task.module("predict").agree
    different = [number for number, pair in enumerate(zip(wanted, got, strict=True)) if not agree(*pair)]
    if different:
        number = different[0]
        raise ModelDiffers(
            f"the loaded model predicts {len(different)} of {len(wanted)} samples differently from the one that was "
            f"trained, first {json.dumps(got[number])[:300]} in place of {json.dumps(wanted[number])[:300]}"
        )
    return predictor


if __name__ == "__main__":
    end_process(main())
