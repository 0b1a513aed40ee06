"""`engine data forget`, `expire` and `key`, `engine feedback list`: exit codes, sentences, JSON."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import main
from engine.privacy.keys import read_key

from .places import WHO, Filled, a_run, filled, traces

Call = Any


@pytest.fixture
def place(tmp_path: Path) -> Filled:
    return filled(tmp_path)


@pytest.fixture
def engine_(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """The command: exit code, stdout, stderr."""
    monkeypatch.setenv("FINETOP_WORKSPACE", str(tmp_path / "workspace"))

    def call(*arguments: Any) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return int(left.value.code or 0), shown.out, shown.err

    return call


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    keyboard = io.StringIO(text)
    keyboard.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdin", keyboard)


def test_forget_says_what_went_what_remembers_and_what_to_do(engine_: Call, place: Filled) -> None:
    code, out, err = engine_("data", "forget", "--subject", WHO, "--yes")
    assert code == 0
    assert out.splitlines()[1].split() == [WHO, "6", "2", "8", "0", "1", "2", "yes"]
    assert f"dataset {place.dataset.id} is now faces-recogniser-" in err
    assert f"run {place.run.id} is trained on it" in err
    assert "weights still remember: train anew on what is left" in err
    assert traces(place.workspace.root, place.own) == []


def test_a_dry_run_removes_nothing(engine_: Call, place: Filled) -> None:
    before = len(traces(place.workspace.root, place.own))
    code, out, err = engine_("data", "forget", "--subject", WHO, "--dry-run")
    assert code == 0 and "not yet" in out and "would be written anew" in err
    code, out, _ = engine_("data", "forget", "--subject", WHO, "--dry-run", "--json")
    assert code == 0 and json.loads(out)["pictures"] == 8
    assert len(traces(place.workspace.root, place.own)) == before


def test_it_asks_and_takes_no_for_an_answer(engine_: Call, place: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "n\n")
    code, _, err = engine_("data", "forget", "--subject", WHO)
    assert code == 1 and "It cannot be undone. [y/N]" in err and "nothing was removed" in err
    assert traces(place.workspace.root, place.own)
    answer(monkeypatch, "y\n")
    assert engine_("data", "forget", "--subject", WHO)[0] == 0
    assert not traces(place.workspace.root, place.own)


def test_what_could_not_be_removed_is_1_and_named(engine_: Call, place: Filled) -> None:
    odd = place.run.model / "weights.bin"
    odd.write_bytes(b"\0" * 100 + place.own[0])
    code, out, err = engine_("data", "forget", "--subject", WHO, "--yes")
    assert code == 1 and "in part" in out
    assert f"could not be removed from {odd}: a picture; remove the file, or the run it belongs to" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--subject", "nobody"), "no row, line of feedback or group in"),
        (("--subject", "", "--yes"), "the subject has no name"),
        (("--subject", "label", "--yes"), "is a word of the files' own format"),
        (("--subject", WHO, "--profile", "nowhere", "--yes"), "of nowhere in"),
        (("--subject", WHO), "there is nobody to ask whether to remove this; add --yes if you agree"),
        ((), "Missing option '--subject'"),
    ],
)
def test_bad_use_is_2_and_one_sentence(
    arguments: tuple[str, ...], sentence: str, engine_: Call, place: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    before = len(traces(place.workspace.root, place.own))
    code, _, err = engine_("data", "forget", *arguments)
    assert code == 2 and sentence in err.splitlines()[-1] and err.splitlines()[-1].startswith("error: ")
    assert len(traces(place.workspace.root, place.own)) == before


def test_a_run_in_the_queue_is_named_with_what_to_do(engine_: Call, place: Filled) -> None:
    run = a_run(place.workspace, 8, place.dataset.id, state="queued")
    from engine.runs.locks import try_lock

    assert try_lock(run.lock) is not None
    code, _, err = engine_("data", "forget", "--subject", WHO, "--yes")
    assert code == 2 and f"stop it first: `engine runs stop {run.id}`" in err


def test_expire_says_whose_age_nobody_knows(engine_: Call, place: Filled) -> None:
    code, out, err = engine_("data", "expire", "--yes", "--json")
    assert code == 0 and json.loads(out)["models"] == []
    assert "add --profile PATH" in err or err == ""
    code, _, err = engine_("data", "expire", "--profile", "/nowhere.yaml")
    assert code == 2 and "nowhere.yaml" in err


def test_a_key_is_made_once(engine_: Call, tmp_path: Path) -> None:
    code, out, err = engine_("data", "key", "new", tmp_path / "key")
    assert code == 0 and out.strip() == str(tmp_path / "key")
    assert read_key(tmp_path / "key").id.hex() in err and "FINETOP_KEY_FILE=" in err
    code, _, err = engine_("data", "key", "new", tmp_path / "key")
    assert code == 2 and "there is a file already" in err
    code, _, err = engine_("data", "key", "new", tmp_path / "no" / "key")
    assert code == 2 and "the key cannot be written" in err


def test_feedback_is_listed_by_model_kind_and_label(engine_: Call, place: Filled) -> None:
    code, out, _ = engine_("feedback", "list")
    assert code == 0
    assert out.splitlines()[1].split()[:2] == ["faces/recogniser", "8"]
    assert f"failed-recognition 8  lee 6  {WHO} 2" in out
    (found,) = json.loads(engine_("feedback", "list", "--json")[1])
    assert (found["images"], found["without_consent"], found["labels"]) == (8, 8, {"lee": 6, WHO: 2})
