"""A warm model behind a pipe: `python -m engine.runs.predictor RUN_DIR|VERSION_DIR [DEVICE]`.

For programs that must not import the training libraries (the console). One JSON object a line:
out comes first `{"ready": true, "task": …, "device": …, "examples": […]}`, then for each request
`{"id": 1, "samples": [row, …]}` an answer `{"id": 1, "predictions": [row, …]}` or
`{"id": 1, "error": "one sentence"}`. `{"id": 2, "nearest": {"text": …, "among": [text, …], "count": 5}}` is answered
with `{"id": 2, "nearest": [[place among them, cosine], …]}`. It ends when its standard input is closed, so it never
outlives the program that asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from engine.errors import FinetopError, InputError
from engine.model_directory import read_expected
from engine.runs.nearest import Nearest
from engine.trained import Trained, trained_at

if TYPE_CHECKING:
    from engine.tasks.contract import Predictor, Row

MAX_SAMPLES = 1000


class Wanted(msgspec.Struct, frozen=True):
    """Which of some texts are most like one."""

    text: str
    among: list[str]
    count: int = 5


class Request(msgspec.Struct, frozen=True):
    """One question: what some samples are, or what is most like one."""

    id: int
    samples: list[dict[str, Any]] = []
    nearest: Wanted | None = None


def main(arguments: list[str] | None = None) -> int:
    """Load the model, then answer until standard input is closed."""
    given = sys.argv[1:] if arguments is None else arguments
    answers = _own_stdout()
    try:
        trained = trained_at(Path(given[0]).absolute())
        device = given[1] if len(given) > 1 else "cpu"
        predictor = load_model(trained, device)
    except Exception as problem:
        # The edge of this process: whatever happens, the asker gets a sentence and not a closed pipe.
        _write(answers, {"ready": False, "error": sentence(problem)})
        return 1
    examples = examples_of(trained.directory)
    _write(answers, {"ready": True, "task": trained.task, "device": device, "examples": examples})
    serve(sys.stdin.buffer, lambda answer: _write(answers, answer), predictor)
    return 0


def load_model(trained: Trained, device: str) -> Predictor:
    """A trained model, ready to answer."""
    from engine.tasks.catalog import find_task

    try:
        return find_task(trained.task).load(trained.directory, device)
    except ModuleNotFoundError as problem:
        raise InputError(
            f"the library {problem.name} is not installed", fix="install finetop with the extra `train`"
        ) from problem


def serve(requests: Iterable[bytes], answer: Callable[[dict[str, Any]], None], predictor: Predictor) -> None:
    """Answer each line; a line that cannot be used gets an error, and the next one is read."""
    decoder, nearest = msgspec.json.Decoder(Request), Nearest(predictor)
    for line in requests:
        identity: int | None = None
        try:
            request = decoder.decode(line)
            identity = request.id
            if len(request.samples) > MAX_SAMPLES:
                raise InputError(f"{len(request.samples)} samples", fix=f"send at most {MAX_SAMPLES} at once")
            if request.nearest is not None:
                wanted = request.nearest
                answer({"id": identity, "nearest": nearest.to(wanted.text, wanted.among, wanted.count)})
            else:
                answer({"id": identity, "predictions": predictor.predict(request.samples)})
        except Exception as problem:
            # A bad sample must not cost the loaded model.
            answer({"id": identity, "error": sentence(problem)})


def examples_of(model: Path, limit: int = 20) -> list[Row]:
    """Samples that the training put beside the model, for people who want one to start from."""
    try:
        samples, _ = read_expected(model)
    except (OSError, ValueError, msgspec.DecodeError):
        return []
    return [sample for sample in samples if isinstance(sample, dict)][:limit]


def sentence(problem: BaseException) -> str:
    """What went wrong, in one line."""
    if isinstance(problem, FinetopError):
        return str(problem)
    first = (str(problem).strip().splitlines() or [""])[0]
    return f"{type(problem).__name__}: {first}" if first else type(problem).__name__


def _own_stdout() -> BinaryIO:
    """The real standard output, for answers alone: what libraries print goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return answers


def _write(answers: BinaryIO, value: dict[str, Any]) -> None:
    answers.write(msgspec.json.encode(value) + b"\n")


if __name__ == "__main__":
    sys.exit(main())
