"""The predictor process: answers line by line, survives bad samples, ends with its asker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from engine.files import write_json
from engine.runs.paths import RunPaths
from engine.runs.predictor import examples_of, serve
from engine.runs.spec import RunSpec


@pytest.fixture
def run(tmp_path: Path) -> RunPaths:
    paths = RunPaths(tmp_path / "20261120-143215-scripted-good-7f3a")
    paths.root.mkdir()
    spec = RunSpec(id=paths.id, profile="scripted", model="good", task="noop", dataset="", config={})
    spec.write(paths.spec)
    return paths


def ask(paths: RunPaths, questions: bytes) -> tuple[int, list[dict[str, object]]]:
    done = subprocess.run(
        [sys.executable, "-m", "engine.runs.predictor", str(paths.root)],
        input=questions,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, [msgspec.json.decode(line) for line in done.stdout.splitlines()]


def test_a_run_without_a_model_is_told_in_a_sentence(run: RunPaths) -> None:
    code, said = ask(run, b"")
    assert code == 1 and said[0]["ready"] is False
    assert "no trained model" in str(said[0]["error"])


def test_a_directory_that_is_no_run_is_told_in_a_sentence(tmp_path: Path) -> None:
    code, said = ask(RunPaths(tmp_path), b"")
    assert code == 1 and "run specification" in str(said[0]["error"])


class Echo:
    def predict(self, samples: list[dict[str, object]]) -> list[dict[str, object]]:
        if samples[0].get("text") == "bad":
            raise ValueError("cannot be read\nat all")
        return [{"echo": sample} for sample in samples]


def test_each_request_gets_its_answer_and_a_bad_one_an_error() -> None:
    answers: list[dict[str, object]] = []
    requests = [
        b'{"id": 1, "samples": [{"text": "a"}]}\n',
        b"not json\n",
        b'{"id": 2, "samples": [{"text": "bad"}]}\n',
        b'{"id": 3, "samples": [{"text": "b"}]}\n',
    ]
    serve(requests, answers.append, Echo())  # type: ignore[arg-type]
    assert answers[0] == {"id": 1, "predictions": [{"echo": {"text": "a"}}]}
    assert answers[1]["id"] is None and "error" in answers[1]
    assert answers[2] == {"id": 2, "error": "ValueError: cannot be read"}
    assert answers[3]["id"] == 3 and "predictions" in answers[3]


def test_examples_come_from_the_model_directory(run: RunPaths) -> None:
    assert examples_of(run.model) == []
    run.model.mkdir()
    write_json(run.model / "expected.json", {"samples": [{"text": "a"}, {"text": "b"}], "predictions": []})
    assert examples_of(run.model, limit=1) == [{"text": "a"}]
