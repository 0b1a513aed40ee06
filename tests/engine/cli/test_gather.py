"""`engine folders gather` says what it stored and what it could not read."""

import json
from pathlib import Path

import pytest

from engine.cli.main import main


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["folders", "gather", *words])
    return int(left.value.code or 0)


def test_it_reports_problems_by_name_and_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "turns\x1b[2J").symlink_to(".")
    assert run(str(root), "--db", str(tmp_path / "index.db"), "--readers", "1") == 0
    said = capsys.readouterr()
    assert "turns\\x1b[2J: the link leads to a folder above it" in said.err and "\x1b" not in said.err
    assert said.out.split() == ["snapshot", "entries", "folders", "problems", "1", "2", "1", "1"]


def test_the_second_one_says_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    words = (str(root), "--db", str(tmp_path / "index.db"), "--readers", "1", "--json")
    run(*words)
    (root / "folder" / "new").touch()
    capsys.readouterr()
    run(*words)
    summary = json.loads(capsys.readouterr().out)
    assert (summary["snapshot"], summary["previous"], summary["added"], summary["removed"]) == (2, 1, 1, 0)


def test_what_is_no_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(tmp_path / "none"), "--db", str(tmp_path / "index.db")) == 2
    assert "there is no such folder" in capsys.readouterr().err
