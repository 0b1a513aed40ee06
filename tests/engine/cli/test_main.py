"""The edge: every error is one sentence, with its exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.main import COMMANDS, main


def run(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-m", "engine", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return int(left.value.code or 0)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--help") == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)


@pytest.mark.parametrize("noun", COMMANDS)
def test_every_command_answers_help(noun: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(noun, "--help") == 0
    assert f"engine {noun}" in capsys.readouterr().out


def test_a_mistyped_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("trian") == 2
    assert capsys.readouterr().err == "error: there is no command 'trian'; write `engine train`\n"


def test_an_unknown_option_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("runs", "list", "--bogus") == 2
    assert capsys.readouterr().err == "error: No such option: --bogus; see `engine runs --help`\n"


def test_a_missing_run_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("runs", "show", "nothing", "--workspace", str(tmp_path)) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and "nothing" in error and error.count("\n") == 1


def test_debug_shows_the_traceback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("runs", "show", "nothing", "--workspace", str(tmp_path), "--debug") == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_workspace_that_is_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    assert exit_code("runs", "list", "--workspace", str(file)) == 2
    assert "not a directory" in capsys.readouterr().err


def test_an_empty_workspace_lists_no_run_and_makes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "new"
    assert exit_code("runs", "list", "--json", "--workspace", str(place)) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert not place.exists()


def test_a_filter_that_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("runs", "list", "--filter", "ner status:faild", "--workspace", str(tmp_path)) == 2
    assert "filter, character 12: there is no state 'faild'" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m engine profiles schema | head -c 10", shell=True, capture_output=True, text=True
    )
    assert done.stderr == ""


def test_the_module_runs_as_the_command_does() -> None:
    code, out, _ = run("--version")
    assert code == 0 and out.startswith("finetop ")
