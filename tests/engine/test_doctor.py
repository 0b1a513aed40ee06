"""The doctor tells what is there, what is missing, and what to do; fast, and importing nothing heavy."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine import doctor
from engine.devices import Device
from engine.doctor import Check
from engine.workspace import Workspace

SSH = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8", "SSH_CONNECTION": "1.2.3.4 1 5.6.7.8 22"}


def by_name(found: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in found}


def test_every_check_says_what_was_found_and_every_fault_what_to_do(tmp_path: Path) -> None:
    found = doctor.checks(Workspace(tmp_path), SSH)
    assert len({check.name for check in found}) == len(found)
    for check in found:
        assert check.detail, check
        assert check.status != "missing" or check.remedy, check


def test_the_doctor_is_fast_and_light(tmp_path: Path) -> None:
    code = (
        "import sys; from engine.doctor import checks; checks();"
        "print([name for name in ('torch', 'transformers', 'pydantic', 'numpy') if name in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "[]"
    started = time.process_time()
    doctor.checks(Workspace(tmp_path), SSH)
    assert time.process_time() - started < 0.3


def test_an_old_python_is_missing() -> None:
    assert doctor.python((3, 10)).status == "missing"
    assert doctor.python((3, 12)).status == "ok"


@pytest.mark.parametrize(
    ("there", "status", "detail"),
    [
        ({"torch": "2.15", "peft": "0.21"}, "ok", "torch 2.15, peft 0.21"),
        ({"torch": "2.15"}, "missing", "no peft"),
        ({}, "warn", "not installed: no training on this machine"),
    ],
)
def test_an_extra_is_there_or_in_part_or_not(
    monkeypatch: pytest.MonkeyPatch, there: dict[str, str], status: str, detail: str
) -> None:
    requirements = ["rich>=14", 'torch<2.16,>=2.13; extra == "train"', 'peft>=0.21 ; extra == "train"']

    def version(name: str) -> str:
        if name not in there:
            raise importlib.metadata.PackageNotFoundError(name)
        return there[name]

    monkeypatch.setattr(importlib.metadata, "requires", lambda _: requirements)
    monkeypatch.setattr(importlib.metadata, "version", version)
    check = doctor.packages("train")
    assert (check.status, check.detail) == (status, detail)
    assert check.remedy == (None if status == "ok" else 'pip install ".[train]"')


def test_a_machine_without_gpu_is_told_what_works(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu, gpu = Device("cpu", "Some CPU", 8192), Device("cuda:0", "Some GPU", 81_920)
    monkeypatch.setattr(doctor, "list_devices", lambda: [cpu])
    assert doctor.devices().status == "warn"
    assert "quick" in (doctor.devices().remedy or "")
    monkeypatch.setattr(doctor, "list_devices", lambda: [gpu, cpu])
    assert doctor.devices() == Check("devices", "ok", "cuda:0 Some GPU 80 GiB")


def test_a_full_disk_and_one_that_cannot_be_written_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 1024**3})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert by_name(list(doctor.disk(tmp_path / "new")))["workspace"].status == "warn"
    monkeypatch.setattr("os.access", lambda *_: False)
    assert by_name(list(doctor.disk(tmp_path)))["workspace"].status == "missing"


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
tmpfs /home/me/fast tmpfs rw 0 0
/dev/sdb1 /mnt/with\\040space xfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/x", "ext4"),
        ("/home/me/runs", "nfs4"),
        ("/home", "nfs4"),
        ("/homely", "ext4"),
        ("/home/me/fast/x", "tmpfs"),
        ("/mnt/with space/x", "xfs"),
    ],
)
def test_the_file_system_is_that_of_the_deepest_mount(path: str, kind: str) -> None:
    assert doctor.file_system(Path(path), MOUNTS) == kind


def test_a_network_file_system_is_watched_by_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_mounts", lambda: f"server:/x {tmp_path} nfs rw 0 0\n")
    check = by_name(list(doctor.disk(tmp_path)))["file system"]
    assert (check.status, check.detail.split(":")[0]) == ("warn", "nfs")


@pytest.mark.parametrize(
    ("logind", "user", "status"),
    [
        ("", "me", "ok"),
        ("[Login]\n#KillUserProcesses=no\n", "me", "ok"),
        ("[Login]\n#KillUserProcesses=yes\n", "me", "warn"),
        ("[Login]\n#KillUserProcesses=yes\nKillUserProcesses=no\n", "me", "ok"),
        ("[Login]\nKillUserProcesses=no\n[Login]\nKillUserProcesses = yes\n", "me", "warn"),
        ("[Login]\nKillUserProcesses=yes\n", "root", "ok"),
    ],
)
def test_a_system_that_ends_runs_at_logout_is_warned_of(logind: str, user: str, status: str) -> None:
    check = doctor.sessions(logind, {"USER": user})
    assert check.status == status
    assert (check.remedy is not None) == (status == "warn")


@pytest.mark.parametrize(
    ("environment", "status", "detail"),
    [
        ({}, "missing", "TERM is not set"),
        ({"TERM": "dumb"}, "missing", "TERM is dumb"),
        ({"TERM": "xterm"}, "warn", "16 (xterm)"),
        ({"TERM": "xterm-256color"}, "ok", "256 (xterm-256color)"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "ok", "16 million"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "ok", "NO_COLOR"),
    ],
)
def test_colours_are_read_from_the_environment(environment: dict[str, str], status: str, detail: str) -> None:
    check = doctor.colours(environment)
    assert check.status == status
    assert detail in check.detail


@pytest.mark.parametrize(
    ("environment", "status"),
    [
        ({"LANG": "en_US.UTF-8"}, "ok"),
        ({"LANG": "C.utf8"}, "ok"),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, "warn"),
        ({"LANG": "de_DE.ISO-8859-1"}, "warn"),
        ({}, "warn"),
        ({"TERM": "linux"}, "warn"),
    ],
)
def test_characters_follow_the_locale(
    environment: dict[str, str], status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda _: "ANSI_X3.4-1968")
    assert doctor.characters(environment).status == status


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("tmux 2.1", "warn"),
        ("tmux 3.5a", "ok"),
        ("tmux 3.7b", "warn"),
        ("tmux 3.8", "ok"),
        ("tmux next-3.8", "ok"),
        ("tmux master", "ok"),
        (None, "ok"),
    ],
)
def test_a_tmux_that_draws_badly_is_warned_of(version: str | None, status: str) -> None:
    assert doctor.tmux(version).status == status


def test_tmux_and_ssh_are_only_named_where_they_are() -> None:
    assert "connection" not in by_name(list(doctor.terminal({"TERM": "xterm"})))
    names = by_name(list(doctor.terminal({**SSH, "TMUX": "/tmp/tmux-0/default,1,0"})))
    assert {"connection", "multiplexer"} <= set(names)


def test_a_tmux_that_hangs_or_is_absent_is_of_unknown_version() -> None:
    def hangs(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        raise subprocess.TimeoutExpired("tmux", 0.2)

    def absent(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        raise FileNotFoundError("tmux")

    assert doctor._tmux_version(hangs) is None
    assert doctor._tmux_version(absent) is None


def test_base_models_are_looked_up_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(doctor, "packaged_minilm", lambda: None)
    found = list(doctor.base_models())
    assert [check.status for check in found] == ["missing", "warn"]
    snapshot = tmp_path / "models--bert-base-uncased" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    (snapshot / "model.safetensors").touch()
    monkeypatch.setattr(doctor, "packaged_minilm", lambda: tmp_path)
    assert [check.status for check in doctor.base_models()] == ["ok", "ok"]
