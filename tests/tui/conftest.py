"""Fixtures of the console's tests: a workspace of recorded events, a fake worker, and the console on it."""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.events.schema import (
    CheckpointEvent,
    Event,
    LogEvent,
    MetricsEvent,
    ProgressEvent,
    RunEvent,
    SignalEvent,
    StatusEvent,
    SystemEvent,
    TargetInfo,
)
from engine.runs.spec import RunSpec, Target
from engine.runs.store import create_run
from engine.workspace import Workspace
from tests.tui.pictures import Pictures
from tui.replay.worker import FakeWorker

NOW = 1_795_185_600.0
"""2026-11-20 14:40:00 UTC: when the recorded workspace is looked at."""
PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def _utc_and_plain_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Clocks, colours and settings that do not depend on the machine."""
    for name in ("NO_COLOR", "COLORFGBG", "SSH_CONNECTION", "FINETOP_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("FINETOP_CONFIG", raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return Workspace(tmp_path / "workspace")


@dataclass
class RecordedWorker(FakeWorker):
    """Plays recorded events into a run directory, when a test says so."""

    status: list[Event] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def play(self, count: int | None = None) -> RecordedWorker:
        """Append the next events; all of them where no count is given."""
        self.say(*self.status, status=True)
        self.status.clear()
        some = self.events[:count]
        self.say(*some)
        del self.events[: len(some)]
        return self


@dataclass(frozen=True)
class Recording:
    """What a recorded run was, in a few words."""

    id: str
    model: str = "ner"
    task: str = "token-classification"
    headline: str = "f1"
    target: float = 0.85
    state: str = "running"
    reason: str | None = None
    message: str = ""
    started: float = NOW - 265 + 4
    epochs: int = 8
    done_epochs: float = 6.4
    steps_per_epoch: int = 53
    best: float = 0.9
    device: str = "cuda:0"
    more_targets: tuple[Target, ...] = ()


@pytest.fixture
def record(workspace: Workspace) -> Iterator[Callable[..., RecordedWorker]]:
    """`record(id, **facts)` makes a run directory with a fake worker that has recorded events to play."""
    workers: list[RecordedWorker] = []

    def make(run_id: str, **facts: Any) -> RecordedWorker:
        recording = Recording(run_id, **facts)
        spec = RunSpec(
            id=recording.id,
            profile="utility",
            model=recording.model,
            task=recording.task,
            dataset=f"utility-{recording.model}-6aa4ec6097",
            config={"base": "all-MiniLM-L6-v2", "epochs": recording.epochs, "learning_rate": 5e-4},
            headline=recording.headline,
            targets=(Target(recording.headline, recording.target), *recording.more_targets),
            preset="quick",
            origins={"config.base": "preset quick", "config.epochs": "preset quick"},
        )
        worker = RecordedWorker(create_run(workspace, spec))
        worker.status += recorded_status(recording)
        worker.events += recorded_events(recording)
        workers.append(worker)
        return worker

    yield make
    for worker in workers:
        worker.die()


def recorded_status(recording: Recording) -> list[Event]:
    """What its worker wrote."""
    start = recording.started
    events: list[Event] = [
        RunEvent(
            t=start,
            seq=0,
            id=recording.id,
            profile="utility",
            model=recording.model,
            task=recording.task,
            device="auto",
            headline=recording.headline,
            targets=[
                TargetInfo(recording.headline, recording.target),
                *(TargetInfo(target.metric, target.at_least) for target in recording.more_targets),
            ],
        ),
        StatusEvent(t=start, seq=0, state="queued"),
    ]
    if recording.state == "queued":
        return events
    events += [
        StatusEvent(t=start + 1, seq=0, state="starting", message=f"on {recording.device}"),
        StatusEvent(t=start + 4, seq=0, state="running"),
    ]
    if recording.device.startswith("cuda"):
        events.append(SystemEvent(t=start + 5, seq=0, values=FIGURES))
    if recording.state in ("done", "stopped", "failed"):
        end = start + 6 + recording.done_epochs * 40
        events.append(
            StatusEvent(
                t=end,
                seq=0,
                state=recording.state,  # type: ignore[arg-type]
                reason=recording.reason or recording.state,
                message=recording.message,
            )
        )
    return events


def recorded_events(recording: Recording) -> list[Event]:
    """What its trainer wrote: a loss that falls, metrics that rise, a signal when the target is reached."""
    if recording.state == "queued" or recording.done_epochs <= 0:
        return []
    noise = random.Random(recording.id)
    start, total = recording.started + 5, recording.epochs * recording.steps_per_epoch
    done = int(recording.done_epochs * recording.steps_per_epoch)
    per_step = 40 / recording.steps_per_epoch
    events: list[Event] = [
        RunEvent(t=start, seq=0, id=recording.id, device=recording.device, headline=recording.headline),
        LogEvent(t=start, seq=0, message="base all-MiniLM-L6-v2: 22.6 M parameters, 1.2 M of them trained (LoRA)"),
    ]
    reached = False
    for step in range(1, done + 1):
        t, epoch = start + step * per_step, step / recording.steps_per_epoch
        fall = math.exp(-3.2 * step / total)
        values = {
            "loss": 0.04 + 2.1 * fall * (1 + 0.18 * noise.gauss(0, 1)),
            "learning_rate": 5e-4 * (1 - step / total),
        }
        events.append(MetricsEvent(t=t, seq=0, step=step, epoch=epoch, values=values))
        if step % recording.steps_per_epoch == 0:
            score = recording.best * (1 - 0.75 * math.exp(-5 * step / total)) + 0.008 * noise.gauss(0, 1)
            values = {"loss": 0.12 + 1.9 * fall, recording.headline: score}
            if recording.headline == "f1":
                values |= {"precision": score - 0.02, "recall": score + 0.02}
            events.append(MetricsEvent(t=t, seq=0, step=step, epoch=epoch, split="validation", values=values))
            events.append(CheckpointEvent(t=t, seq=0, step=step, path=f"step-{step:08d}", score=score, best=True))
            if score >= recording.target and not reached:
                reached = True
                said = f"{recording.headline} {score:.3f} is at least {recording.target:g}"
                events.append(
                    SignalEvent(t=t, seq=0, kind="target_reached", metric=recording.headline, message=said, step=step)
                )
    events.append(
        ProgressEvent(
            t=start + done * per_step,
            seq=0,
            phase="training",
            step=done,
            steps=total,
            epoch=done / recording.steps_per_epoch,
            epochs=float(recording.epochs),
            rate=1 / per_step,
        )
    )
    return events


FIGURES: dict[str, float | None] = {
    "cuda:0/utilisation_percent": 93.0,
    "cuda:0/memory_used_mib": 6420.0,
    "cuda:0/memory_total_mib": 24564.0,
    "cuda:0/temperature_c": 67.0,
    "cuda:0/power_w": 214.0,
    "cpu/utilisation_percent": 31.0,
    "host/memory_used_mib": 9830.0,
    "host/memory_total_mib": 64215.0,
    "process/memory_mib": 2210.0,
}


@pytest.fixture
def utility(workspace: Workspace, record: Callable[..., RecordedWorker]) -> Workspace:
    """A workspace as an inspection company's GPU box has it on a good afternoon."""
    record("20261120-143408-utility-ner-7f3a").hold().play()
    record(
        "20261120-143409-utility-embeddings-c21d",
        model="embeddings",
        task="sentence-similarity",
        headline="correlation",
        state="queued",
        started=NOW - 260,
    ).hold().play()
    done: dict[str, Any] = {"state": "done", "done_epochs": 8.0}
    ended: list[dict[str, Any]] = [
        {"run_id": "20261120-111532-utility-ner-90be", "started": NOW - 12_500, "best": 0.93, **done},
        {
            "run_id": "20261120-104455-utility-embeddings-4d10",
            "model": "embeddings",
            "task": "sentence-similarity",
            "headline": "correlation",
            "started": NOW - 14_400,
            "best": 0.915,
            **done,
        },
        {
            "run_id": "20261120-093011-utility-ner-e5a8",
            "state": "failed",
            "reason": "out of memory",
            "message": "CUDA out of memory with a batch of 64; lower batch_size",
            "started": NOW - 18_600,
            "done_epochs": 1.2,
            "best": 0.5,
        },
        {
            "run_id": "20261119-170244-utility-ner-02c7",
            "state": "stopped",
            "reason": "stopped by user",
            "started": NOW - 77_800,
            "done_epochs": 4.0,
            "best": 0.84,
        },
    ]
    for facts in ended:
        worker = record(**facts).play()
        if facts["state"] == "done":
            worker.paths.model.mkdir()
            worker.paths.report.with_suffix(".md").write_text(REPORT)
    return workspace


REPORT = """\
# token-classification on `utility-ner-6aa4ec6097`, test split

120 examples.

> Every target is reached.

## Metrics

| metric | value | 95 % interval | before | seen | unseen |
| --- | --- | --- | --- | --- | --- |
| f1 | 0.9012 | 0.872 – 0.928 | 0.0113 | 0.9521 | 0.8507 |
| precision | 0.8897 | 0.855 – 0.921 | 0.0084 | 0.9402 | 0.8391 |

## Worst errors

- text: Maintain 18 feet from the crossarm; expected: MEASURE; got: nothing
"""


@pytest.fixture
def console(workspace: Workspace) -> Callable[..., Any]:
    """Makes the console on the workspace, with a clock that stands still unless told otherwise."""
    from tui.app import FinetopApp, Options

    def make(**options: Any) -> FinetopApp:
        app = FinetopApp(Options(**({"workspace": workspace} | options)))
        app.animation_level = "none"
        return app

    return make


async def wait_until(pilot: Any, holds: Callable[[], object], what: str = "it") -> None:
    """Let the console work until something holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE_S:g} s"
        await pilot.pause(0.02)


@pytest.fixture
def until() -> Callable[..., Any]:
    """`await until(pilot, condition)`."""
    return wait_until


@pytest.fixture
def snap_compare(snapshot: Any, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., bool]:
    """`snap_compare(app, run_before=steps, ...)`: whether the console looks as it did, in one picture or a matrix."""
    return Pictures(snapshot, request, tmp_path).compare


@pytest.fixture
def shows() -> Callable[..., str]:
    """The text on the screen, line by line."""

    def text(app: Any) -> str:
        strips = app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    return text


FAKE_MODEL = """\
import json, sys

PICTURE = "data:image/png;base64," + (
    "iVBORw0KGgoAAAANSUhEUgAAAIAAAABgCAIAAABaGO0eAAAAnklEQVR42u3RAQkAAAgEsQ9mJjMZ1RiCDC7BLdWjw2IBAAAC"
    "AEAAAAgAAAEAIAAABACAAAAQAAACAEAAAAgAAAEAIAAABACAAAAQAAACAEAAAAgAAAEAIAAABACAAAAQAAACAEAAAAgAAAEA"
    "IAAABACAAAAA4AIAAAIAQAAACAAAAQAgAAAEAIAAABAAAAIAQAAACAAAAQAgAAAE4EMLlaPjlPIwxQ8AAAAASUVORK5CYII="
)

def tell(**said):
    print(json.dumps(said), flush=True)

if "broken" in sys.argv[1]:
    tell(ready=False, error="the weights are gone")
    sys.exit(1)
pair = "embeddings" in sys.argv[1]
task = "sentence-similarity" if pair else "token-classification"
examples = [{"a": "a pole", "b": "a post"}] if pair else [{"text": "See G.O. 95."}]
retrieves, recognises = "targets" in sys.argv[1], "recogniser" in sys.argv[1]
near = [{"image": f"files/{number}.png", "label": label, "similarity": similarity} for number, label, similarity in (
    (0, "hot-spot", 0.9712), (1, "hot-spot", 0.9304), (2, "cell", 0.8811), (3, "hot-spot", 0.8702), (4, "diode", 0.41)
)]
finds = "yolo" in sys.argv[1]
if retrieves or recognises:
    task = "image-feature-extraction" if retrieves else "image-classification"
    examples = [{"image": PICTURE, "label": "hot-spot"}]
if finds:
    task, examples = "object-detection", [{"image": PICTURE}]
tell(ready=True, task=task, device="cpu", examples=examples)
for line in sys.stdin:
    request = json.loads(line)
    sample = request["samples"][0]
    if pair:
        tell(id=request["id"], predictions=[{"similarity": 0.83}])
        continue
    if retrieves:
        known = "strange" not in sample["image"]
        tell(id=request["id"], predictions=[{
            "label": "hot-spot", "known": known, "confidence": 0.934 if known else 0.312, "calibrated": known,
            "scores": {"hot-spot": 0.6, "cell": 0.3, "diode": 0.1}, "neighbours": near,
        }])
        continue
    if recognises:
        known = "strange" not in sample["image"]
        tell(id=request["id"], predictions=[{
            "label": "ada", "known": known, "confidence": 0.82, "likeness": 0.71,
            "scores": {"ada": 0.82, "grace": 0.11, "alan": 0.05},
        }])
        continue
    if finds:
        if sample["image"].endswith("gone.png"):
            tell(id=request["id"], error="gone.png: the image cannot be read (No such file or directory)")
            continue
        found = [{"label": "crossarm", "box": [30.0, 40.0, 90.0, 44.0], "confidence": 0.83},
                 {"label": "pole", "box": [56.0, 10.0, 64.0, 90.0], "confidence": 0.71}]
        tell(id=request["id"], predictions=[{"objects": [] if "empty" in sample["image"] else found}])
        continue
    text = sample["text"]
    if text == "die":
        print("out of memory", file=sys.stderr)
        sys.exit(3)
    if text == "bad":
        tell(id=request["id"], error="this sample cannot be read")
        continue
    found = []
    for word, label, confidence in (("18 feet", "MEASURE", 0.97), ("pole", "EQUIPMENT", 0.84)):
        at = text.find(word)
        if at >= 0:
            found.append({"start": at, "end": at + len(word), "label": label, "text": word, "confidence": confidence})
    tell(id=request["id"], predictions=[{"entities": found}])
"""


@pytest.fixture
def fake_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A predictor process that speaks the real protocol and needs no training library."""
    from tui import predictor

    script = tmp_path / "fake_model.py"
    script.write_text(FAKE_MODEL)
    monkeypatch.setattr(predictor, "COMMAND", (sys.executable, str(script)))
