"""What this machine and terminal can do, and what is missing. Fast: versions are read, nothing is imported."""

from __future__ import annotations

import importlib.metadata
import locale
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from engine.base_models import PACKAGED_MINILM, cached_snapshot, offline, packaged_minilm
from engine.devices import list_devices
from engine.workspace import Workspace

OLDEST_PYTHON = (3, 11)
DISTRIBUTION = "finetop"
EXTRAS = {"train": "training", "detect": "object detection"}
"""Extra → what it is for."""
SPARE_MIB = 5 * 1024
OLDEST_TMUX = (2, 2)
"""Before, tmux knew no 24-bit colour and broke some full-screen drawing."""
WASTEFUL_TMUX = (3, 7)
"""It answers that it synchronises output (DEC 2026) and then redraws the whole pane for every change: 9,800
bytes in place of 49 for one cell (github.com/tmux/tmux/pull/5612). Neither 3.6 nor 3.8 does."""
REMOTE = {"nfs", "nfs4", "cifs", "smb3", "lustre", "beegfs", "fuse.sshfs", "fuse.glusterfs", "gpfs", "ceph", "9p"}
"""File systems on which inotify does not see what other machines write."""

Status = Literal["ok", "warn", "missing"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    status: Status
    detail: str
    remedy: str | None = None


def checks(workspace: Workspace | None = None, environment: Mapping[str, str] = os.environ) -> list[Check]:
    """Everything there is to say about this machine and terminal, in under a third of a second."""
    place = workspace or Workspace.locate()
    return [
        python(sys.version_info[:2]),
        *(packages(extra) for extra in EXTRAS),
        devices(),
        memory(),
        *disk(place.root),
        sessions(_logind_text(), environment),
        *terminal(environment),
        *base_models(),
    ]


def python(version: Sequence[int]) -> Check:
    """The interpreter."""
    shown = f"{platform.python_version()} at {sys.executable}"
    if tuple(version) >= OLDEST_PYTHON:
        return Check("python", "ok", shown)
    return Check("python", "missing", shown, "install Python 3.11 or later")


def packages(extra: str) -> Check:
    """The packages of an extra: which are there, which are not."""
    wanted = list(_requirements(extra))
    if not wanted:
        return Check(f"extra {extra}", "warn", f"{DISTRIBUTION} is not installed", "pip install .")
    versions = {name: _version(name) for name in wanted}
    absent = [name for name, version in versions.items() if version is None]
    there = ", ".join(f"{name} {version}" for name, version in versions.items() if version is not None)
    if not absent:
        return Check(f"extra {extra}", "ok", there)
    # Half an extra is a broken installation; none of it is a machine that only watches.
    return Check(
        f"extra {extra}",
        "missing" if there else "warn",
        f"no {', '.join(absent)}" if there else f"not installed: no {EXTRAS[extra]} on this machine",
        f'pip install ".[{extra}]"',
    )


def devices() -> Check:
    """GPUs, asked of the driver and not of torch."""
    found = list_devices()
    gpus = [device for device in found if device.name != "cpu"]
    shown = ", ".join(f"{device.name} {device.title} {device.memory_mib / 1024:.0f} GiB" for device in gpus or found)
    if gpus:
        return Check("devices", "ok", shown)
    return Check("devices", "warn", f"no GPU; {shown}", "take --preset quick, or a machine with an NVIDIA driver")


def memory() -> Check:
    """Main memory that is free now."""
    available = psutil.virtual_memory().available / 1024**3
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Check("memory", "ok", f"{available:.1f} GiB free, {cores} cores")


def disk(root: Path) -> Iterator[Check]:
    """Room for the workspace, whether it can be written, and what file system it lies on."""
    there = next(path for path in (root, *root.parents) if path.exists())
    free_mib = shutil.disk_usage(there).free / 1024**2
    shown = f"{free_mib / 1024:.1f} GiB free for {root}"
    if not os.access(there, os.W_OK):
        yield Check("workspace", "missing", f"{there} cannot be written", "name another with --workspace")
    elif free_mib < SPARE_MIB:
        yield Check("workspace", "warn", shown, "free some, or name another disk with --workspace")
    else:
        yield Check("workspace", "ok", shown)
    kind = file_system(there, _mounts())
    if kind in REMOTE:
        detail = f"{kind}: changes made by other machines are seen by looking, every half second"
        yield Check("file system", "warn", detail, "nothing to do; a local disk is faster")
    else:
        yield Check("file system", "ok", f"{kind}, watched with inotify" if sys.platform == "linux" else kind)


def sessions(logind: str, environment: Mapping[str, str]) -> Check:
    """Whether systemd ends all processes of a user who logs out, detached or not (`KillUserProcesses`)."""
    written = re.findall(r"^\s*KillUserProcesses\s*=\s*(\w+)", logind, flags=re.MULTILINE | re.IGNORECASE)
    # Unset, the value is that of the build, which the shipped file shows in a comment.
    built_in = re.findall(r"^\s*#\s*KillUserProcesses\s*=\s*(\w+)", logind, flags=re.MULTILINE | re.IGNORECASE)
    setting = (written or built_in or ["no"])[-1].lower()
    user = environment.get("USER", "")
    if setting not in {"yes", "true", "1", "on"} or user == "root":  # root is excluded by default
        return Check("logout", "ok", "runs go on after you log out")
    if user and Path("/var/lib/systemd/linger", user).exists():
        return Check("logout", "ok", "KillUserProcesses=yes, but you linger: runs go on after you log out")
    return Check(
        "logout",
        "warn",
        "KillUserProcesses=yes: systemd ends your runs when you log out",
        "loginctl enable-linger, or start finetop with systemd-run --user --scope",
    )


def terminal(environment: Mapping[str, str]) -> Iterator[Check]:
    """Colours, characters, and what lies between the console and your eyes."""
    yield colours(environment)
    yield characters(environment)
    if "TMUX" in environment:
        yield tmux(_tmux_version())
    elif environment.get("TERM", "").startswith("screen"):
        yield Check("multiplexer", "warn", "GNU screen: 256 colours at most", "tmux shows more")
    if "SSH_CONNECTION" in environment:
        yield Check("connection", "ok", "over SSH: the console draws fewer frames and no animation")


def colours(environment: Mapping[str, str]) -> Check:
    """How many colours the terminal says it has."""
    term = environment.get("TERM", "")
    if environment.get("NO_COLOR"):
        return Check("colours", "ok", "none, since NO_COLOR is set")
    if not term or term == "dumb":
        remedy = "set TERM, for example xterm-256color; `engine runs watch` needs nothing"
        return Check("colours", "missing", f"TERM is {term or 'not set'}: no full screen", remedy)
    if environment.get("COLORTERM", "") in {"truecolor", "24bit"} or term.endswith("-direct"):
        return Check("colours", "ok", f"16 million ({term})")
    if "256color" in term:
        remedy = "export COLORTERM=truecolor, if your terminal has it: SSH does not pass it on"
        return Check("colours", "ok", f"256 ({term})", remedy)
    return Check("colours", "warn", f"16 ({term})", "export TERM=xterm-256color, if your terminal has them")


def characters(environment: Mapping[str, str]) -> Check:
    """Whether braille and block characters can be shown."""
    setting = next((environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environment.get(name)), "")
    encoding = setting.partition(".")[2] or (locale.getpreferredencoding(False) if setting else "")
    if encoding.lower().replace("-", "") == "utf8":
        return Check("characters", "ok", f"UTF-8 ({setting or 'preferred'})")
    if environment.get("TERM") == "linux":
        return Check("characters", "warn", "the Linux console has no braille", "connect with a terminal over SSH")
    return Check("characters", "warn", f"the locale is {setting or 'not set'}", "export LANG=C.UTF-8")


def tmux(version: str | None) -> Check:
    """The tmux that the console runs in."""
    numbers = re.search(r"(\d+)\.(\d+)", version or "")
    if numbers is None:
        return Check("multiplexer", "ok", "tmux of an unknown version")
    release = int(numbers[1]), int(numbers[2])
    if release < OLDEST_TMUX:
        return Check("multiplexer", "warn", f"tmux {numbers[0]}: draws full screens wrongly", "tmux 3.0 or later")
    if release == WASTEFUL_TMUX:
        detail = f"tmux {numbers[0]} sends the whole pane for every change, which is slow over SSH"
        return Check("multiplexer", "warn", detail, "tmux 3.6, or 3.8 and later")
    return Check("multiplexer", "ok", f"tmux {numbers[0]}")


def base_models() -> Iterator[Check]:
    """The base models of the shipped profiles that lie on this machine."""
    minilm = packaged_minilm() or cached_snapshot(f"sentence-transformers/{PACKAGED_MINILM}")
    name = f"base {PACKAGED_MINILM}"
    if minilm is not None:
        yield Check(name, "ok", str(minilm))
    else:
        yield Check(name, "missing", "not here: the preset quick needs it", 'pip install ".[train]" brings it')
    bert = cached_snapshot("bert-base-uncased") or cached_snapshot("google-bert/bert-base-uncased")
    if bert is not None:
        yield Check("base bert-base-uncased", "ok", str(bert))
    elif offline():
        remedy = "unset HF_HUB_OFFLINE, or copy it into the Hub cache from another machine"
        yield Check("base bert-base-uncased", "warn", "not here, and the Hub is switched off", remedy)
    else:
        yield Check("base bert-base-uncased", "warn", "not here: downloaded by the first run that needs it")


def file_system(path: Path, mounts: str) -> str:
    """Type of the file system that holds `path`, from the text of /proc/mounts; `unknown` without one."""
    best, kind = "", "unknown"
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        at = fields[1].replace("\\040", " ")
        inside = at == "/" or str(path) == at or str(path).startswith(f"{at}/")
        if inside and len(at) >= len(best):
            best, kind = at, fields[2]
    return kind


def _requirements(extra: str) -> Iterator[str]:
    """Names of the distributions that an extra asks for, from our own metadata."""
    try:
        lines = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        return
    for line in lines:
        requirement, _, marker = line.partition(";")
        if re.search(rf"extra\s*==\s*['\"]{extra}['\"]", marker):
            yield re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0]


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _mounts() -> str:
    return _read(Path("/proc/mounts"))


def _logind_text() -> str:
    """The configuration of logind in the order in which it is read: the last setting counts. None without systemd."""
    if not Path("/run/systemd/system").is_dir():
        return ""
    folders = [Path(base, "systemd/logind.conf.d") for base in ("/usr/lib", "/run", "/etc")]
    dropped = {path.name: path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.conf"))}
    main = [Path("/usr/lib/systemd/logind.conf"), Path("/etc/systemd/logind.conf")]
    files = [*main, *(dropped[name] for name in sorted(dropped))]
    return "\n".join(_read(path) for path in files)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _tmux_version(run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run) -> str | None:
    try:
        shown = run(["tmux", "-V"], capture_output=True, text=True, timeout=0.2, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return shown.stdout
