"""`engine train` and `engine runs` on real runs of the scripted task."""

import json
from pathlib import Path

import pytest

from engine.cli.main import main

Captured = pytest.CaptureFixture[str]


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


@pytest.fixture
def at(tmp_path: Path) -> tuple[str, str]:
    return "--workspace", str(tmp_path / "w")


def test_train_follows_to_the_end_and_prints_the_targets(
    scripted_profile: Path, at: tuple[str, str], capsys: Captured
) -> None:
    assert call("train", str(scripted_profile), "good", *at) == 0
    shown = capsys.readouterr()
    run_id, *table = shown.out.splitlines()
    assert "scripted-good" in run_id
    assert table[0].split() == [
        "model",
        "metric",
        "before",
        "trained",
        "unseen",
        "target",
        "reached",
        "state",
        "took",
    ]
    assert "≥ 0.7" in table[1] and "yes" in table[1] and "done" in table[1]
    assert "validation" in shown.err and "scripted-good" not in shown.err


def test_a_failed_training_exits_with_1_and_says_why(
    scripted_profile: Path, at: tuple[str, str], capsys: Captured
) -> None:
    assert call("train", str(scripted_profile), "bad", *at) == 1
    assert "bad data" in capsys.readouterr().err


@pytest.mark.slow
def test_a_missed_target_exits_with_3(scripted_profile: Path, at: tuple[str, str], capsys: Captured) -> None:
    code = call("train", str(scripted_profile), "good", "--set", "test_score=0.1", "--require-targets", *at)
    assert code == 3
    assert "score ≥ 0.7 but is 0.100" in capsys.readouterr().err


def test_detached_training_prints_ids_as_json_and_returns(
    scripted_profile: Path, at: tuple[str, str], capsys: Captured
) -> None:
    assert call("train", str(scripted_profile), "good", "--detach", "--json", *at) == 0
    (run_id,) = json.loads(capsys.readouterr().out)["runs"]
    assert call("runs", "watch", run_id, *at) == 0
    assert call("runs", "list", "--json", *at) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown[shown.index("[\n") :])[0]["state"] == "done"


def test_a_run_is_shown_with_targets_and_origins(
    scripted_profile: Path, at: tuple[str, str], capsys: Captured
) -> None:
    call("train", str(scripted_profile), "good", *at)
    capsys.readouterr()
    assert call("runs", "show", "@latest", *at) == 0
    shown = capsys.readouterr().out
    assert "scripted.yaml:8" in shown and "done" in shown
    assert call("runs", "show", "@latest", "--json", *at) == 0
    assert json.loads(capsys.readouterr().out)["view"]["state"] == "done"


@pytest.mark.slow
def test_a_plot_of_a_run_is_drawn(scripted_profile: Path, at: tuple[str, str], capsys: Captured) -> None:
    call("train", str(scripted_profile), "good", *at)
    capsys.readouterr()
    assert call("runs", "watch", "@latest", "--plot", *at) == 0
    assert "good: loss" in capsys.readouterr().out


@pytest.mark.slow
def test_a_run_that_is_over_cannot_be_stopped(scripted_profile: Path, at: tuple[str, str], capsys: Captured) -> None:
    call("train", str(scripted_profile), "good", *at)
    assert call("runs", "stop", "@latest", *at) == 2
    assert "there is nothing to stop" in capsys.readouterr().err


@pytest.mark.slow
def test_removing_asks_and_then_removes(
    scripted_profile: Path, at: tuple[str, str], capsys: Captured, tmp_path: Path
) -> None:
    call("train", str(scripted_profile), "good", *at)
    assert call("runs", "remove", "@latest", *at) == 2
    assert list((tmp_path / "w" / "runs").iterdir())
    assert call("runs", "remove", "@latest", "--yes", *at) == 0
    assert not [path for path in (tmp_path / "w" / "runs").iterdir() if not path.name.startswith(".")]


def test_an_unknown_launcher_is_refused_before_anything_is_made(
    scripted_profile: Path, at: tuple[str, str], tmp_path: Path
) -> None:
    assert call("train", str(scripted_profile), "good", "--on", "moon", *at) == 2
    assert not (tmp_path / "w" / "runs").exists()
