"""`engine triggers check` and `list`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.main import main

PROFILE = """\
finetop: 1
name: p
models:
  m:
    task: noop
    config: {script: [{evaluate: {score: 0.9}}]}
    triggers:
      - {name: weekly, train: full, schedule: {cron: "0 3 * * 1", time_zone: Europe/Berlin}}
      - {name: drift, train: full, environment: {}}
"""


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["triggers", *arguments])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FINETOP_WORKSPACE", str(tmp_path / "workspace"))
    path = tmp_path / "p.yaml"
    path.write_text(PROFILE)
    return str(path)


def test_check_says_of_every_trigger_why(profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "check", profile)
    assert "weekly   schedule     no" in out
    assert "nothing is in production" in out


def test_a_dry_run_writes_nothing(profile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, "check", profile, "--dry-run", "--json"))
    assert [answer["fired"] for answer in found["answers"]] == [False, False]
    assert not (tmp_path / "workspace").exists()


def test_list_shows_the_next_firing_by_the_triggers_own_clock(
    profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = said(capsys, "list", profile)
    assert " 03:00 CE" in out
    (weekly, drift) = json.loads(said(capsys, "list", profile, "--json"))
    assert weekly["next"] > 0
    assert (weekly["last"], weekly["going_on"], weekly["silent_until"]) == (None, "", None)
    assert drift["why"] == "nothing was tested yet"


def test_without_a_name_all_profiles_that_have_triggers_are_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FINETOP_WORKSPACE", str(tmp_path / "workspace"))
    models = {
        f"{answer['profile']}/{answer['model']}" for answer in json.loads(said(capsys, "check", "--json"))["answers"]
    }
    assert models == {"thermal/faults"}
