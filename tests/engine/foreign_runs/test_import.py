"""Records of other programs become runs."""

from __future__ import annotations

import json
import os
import struct
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import DataError, InputError
from engine.events.columns import load_columns
from engine.events.splits import split_and_name
from engine.foreign_runs.finding import find_recordings
from engine.foreign_runs.importing import import_recording
from engine.foreign_runs.protobuf import fields
from engine.foreign_runs.recording import Point
from engine.foreign_runs.tensorboard import masked_crc
from engine.runs.control import request_stop
from engine.runs.paths import RunPaths
from engine.runs.spec import RunSpec
from engine.runs.state import look
from engine.workspace import Workspace

NAME = "events.out.tfevents.1700000000.host.1.0"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def part(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def record(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    return length + struct.pack("<I", masked_crc(length)) + content + struct.pack("<I", masked_crc(content))


def scalar(t: float, step: int, tag: str, value: float, *, as_tensor: bool = False) -> bytes:
    if as_tensor:  # as TensorFlow 2 writes it
        told = part(8, varint(1 << 3) + varint(1) + part(4, struct.pack("<f", value)))
    else:
        told = varint(2 << 3 | 5) + struct.pack("<f", value)
    summary = part(1, part(1, tag.encode()) + told)
    return record(varint(1 << 3 | 1) + struct.pack("<d", t) + varint(2 << 3) + varint(step) + part(5, summary))


def event_file(folder: Path, *records: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    path.write_bytes(
        record(varint(1 << 3 | 1) + struct.pack("<d", 1.0) + part(3, b"brain.Event:2")) + b"".join(records)
    )
    return path


def brought_in(workspace: Workspace, source: Path) -> RunPaths:
    (recording,) = find_recordings(source)
    return RunPaths(workspace.runs / import_recording(workspace, recording).id)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("loss", ("train", "loss")),
        ("train/loss", ("train", "loss")),
        ("eval/f1", ("validation", "f1")),
        ("Loss/val", ("validation", "Loss")),
        ("val_loss", ("validation", "loss")),
        ("test_acc", ("test", "acc")),
        ("lr-AdamW/pg1", ("train", "lr-AdamW/pg1")),
        ("validation", ("train", "validation")),
        ("", ("train", "")),
    ],
)
def test_a_name_tells_its_split(tag: str, expected: tuple[str, str]) -> None:
    assert split_and_name(tag) == expected


def test_scalars_of_tensorboard_keep_their_steps_and_times(workspace: Workspace, tmp_path: Path) -> None:
    records = [scalar(1e9 + step, step, tag, value) for step in range(5) for tag, value in
               [("train/loss", 1.0 / (1 + step)), ("train/acc", step / 5), ("epoch", step / 2)]]  # fmt: skip
    records += [scalar(1e9 + 5, 4, "eval/loss", 0.5), record(part(5, b"")), scalar(1e9 + 6, 6, "h", 1.0)[:-3]]
    event_file(tmp_path / "digits", *records)
    paths = brought_in(workspace, tmp_path / "digits")
    columns = load_columns(paths.events)
    loss = columns.series("train", "loss")
    assert loss.step.tolist() == [0, 1, 2, 3, 4] and loss.value.tolist() == pytest.approx(
        [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]
    )
    assert loss.t.tolist() == [1e9 + step for step in range(5)]
    assert columns.series("validation", "loss").value.tolist() == [0.5]
    view = look(paths)
    assert (view.state, view.model, view.task) == ("done", "digits", "external")
    assert "not known" in view.message


def test_folders_named_after_splits_are_one_training(workspace: Workspace, tmp_path: Path) -> None:
    event_file(tmp_path / "run" / "train", scalar(1e9, 1, "epoch_loss", 0.9, as_tensor=True))
    event_file(tmp_path / "run" / "validation", scalar(1e9, 1, "epoch_loss", 1.1, as_tensor=True))
    columns = load_columns(brought_in(workspace, tmp_path).events)
    assert columns.series("train", "epoch_loss").value.tolist() == pytest.approx([0.9])
    assert columns.series("validation", "epoch_loss").value.tolist() == pytest.approx([1.1])


def test_the_same_record_again_brings_only_what_is_new(workspace: Workspace, tmp_path: Path) -> None:
    path = event_file(tmp_path / "run", *(scalar(1e9 + step, step, "loss", step) for step in range(3)))
    first = brought_in(workspace, tmp_path)
    before = first.events.read_bytes()
    assert brought_in(workspace, path).root == first.root and first.events.read_bytes() == before
    with path.open("ab") as file:
        file.write(scalar(1e9 + 3, 3, "loss", 3))
    brought_in(workspace, tmp_path)
    assert load_columns(first.events).series("train", "loss").step.tolist() == [0, 1, 2, 3]
    assert len(list(workspace.runs.iterdir())) == 1


def test_files_that_grow_side_by_side_bring_only_what_is_new_of_each(workspace: Workspace, tmp_path: Path) -> None:
    def run(steps: int) -> RunPaths:
        for split, name in (("train", "loss"), ("validation", "f1")):
            event_file(tmp_path / "run" / split, *(scalar(1e9 + step, step, name, step) for step in range(steps)))
        return brought_in(workspace, tmp_path / "run")

    run(3)
    columns = load_columns(run(6).events)
    for split, name in (("train", "loss"), ("validation", "f1")):
        series = columns.series(split, name)
        assert series.step.tolist() == list(range(6)), split
        assert series.t.tolist() == [1e9 + step for step in range(6)], split


def test_a_step_that_was_read_in_two_halves_is_known_when_it_is_read_as_one(
    workspace: Workspace, tmp_path: Path
) -> None:
    first = scalar(1e9, 0, "loss", 1.0)
    path = event_file(tmp_path / "run", first)
    paths = brought_in(workspace, path)
    with path.open("ab") as file:
        file.write(scalar(1e9, 0, "accuracy", 0.5) + scalar(1e9 + 1, 1, "loss", 0.5))
    brought_in(workspace, path)
    before = paths.events.read_bytes()
    brought_in(workspace, path)
    assert paths.events.read_bytes() == before
    columns = load_columns(paths.events)
    assert columns.series("train", "loss").step.tolist() == [0, 1]
    assert columns.series("train", "accuracy").step.tolist() == [0]


@pytest.mark.parametrize("t", [float("nan"), float("inf"), 1e300, -1e300, -5.0])
def test_a_time_that_no_clock_shows_is_a_sentence(workspace: Workspace, tmp_path: Path, t: float) -> None:
    event_file(tmp_path / "run", scalar(t, 0, "loss", 1.0))
    with pytest.raises(DataError, match="the time of a point cannot be"):
        brought_in(workspace, tmp_path / "run")


def test_steps_and_times_of_a_state_that_cannot_be_are_a_sentence(workspace: Workspace, tmp_path: Path) -> None:
    for number, line in enumerate(({"step": 2**63, "loss": 1.0}, {"step": 1, "loss": 1.0, "train_runtime": 1e300},
                                   {"step": 1, "loss": 1.0, "epoch": 1e300})):  # fmt: skip
        path = tmp_path / str(number) / "trainer_state.json"
        path.parent.mkdir()
        path.write_text(json.dumps({"log_history": [line], "max_steps": 10}))
        with pytest.raises(DataError, match="state"):
            brought_in(workspace, path)


def test_a_step_with_more_metrics_than_a_line_holds_is_brought_in(workspace: Workspace, tmp_path: Path) -> None:
    names = [f"layers/{number:04}/{'weights' * 8}" for number in range(1500)]
    event_file(tmp_path / "run", *(scalar(1e9, 7, name, 1.0) for name in names))
    columns = load_columns(brought_in(workspace, tmp_path / "run").events)
    assert all(columns.series("train", name).step.tolist() == [7] for name in names)


def test_a_record_that_vanishes_while_it_is_followed_ends_the_run(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.foreign_runs.importing.EVERY_S", 0.01)
    path = event_file(tmp_path / "run", scalar(1e9, 0, "loss", 1.0))
    (recording,) = find_recordings(path)

    def gone() -> bool:
        if path.exists():
            path.unlink()
            path.parent.rmdir()
        return False

    with pytest.raises(OSError):
        import_recording(workspace, recording, follow=True, until=gone)
    (run,) = workspace.runs.iterdir()
    assert look(RunPaths(run)).state == "failed"


def test_a_damaged_record_says_where_and_keeps_what_came_before(workspace: Workspace, tmp_path: Path) -> None:
    path = event_file(tmp_path / "run", scalar(1e9, 0, "loss", 1.0), b"\xff" * 40)
    with pytest.raises(DataError, match="damaged at byte"):
        brought_in(workspace, path)
    assert not list(workspace.runs.glob("*")) or look(RunPaths(next(workspace.runs.iterdir()))).state == "failed"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_otherwise(content: bytes) -> None:
    try:
        list(fields(content))
    except ValueError:
        return


def test_a_state_of_transformers_is_the_newest_of_its_checkpoints(workspace: Workspace, tmp_path: Path) -> None:
    lines = [
        {"epoch": 0.5, "learning_rate": 1e-4, "loss": 2.0, "step": 10},
        {"epoch": 1.0, "eval_f1": 0.4, "eval_loss": 1.5, "step": 20},
        {"epoch": 1.0, "loss": float("nan"), "step": 20},
    ]
    for steps in (10, 20):
        folder = tmp_path / "ner" / f"checkpoint-{steps}"
        folder.mkdir(parents=True)
        kept = [line for line in lines if line["step"] <= steps and line.get("loss") == line.get("loss")]
        (folder / "trainer_state.json").write_text(
            json.dumps({"log_history": kept, "max_steps": 40, "num_train_epochs": 2, "global_step": steps})
        )
    paths = brought_in(workspace, tmp_path)
    columns = load_columns(paths.events)
    assert columns.series("validation", "f1").value.tolist() == [0.4]
    assert columns.series("train", "loss").epoch.tolist() == [0.5]
    view = look(paths)
    assert (view.model, view.headline) == ("ner", "f1")
    assert view.progress is not None and (view.progress.step, view.progress.steps) == (20, 40)


TABLE = """\
                  epoch,     time,  train/box_loss,  train/cls_loss,  metrics/mAP50-95(B),  val/box_loss,  lr/pg0
                      1,       10,             1.5,             2.5,                  0.1,           1.6,   0.01
                      2,       20,             1.0,             2.0,                  0.2,           1.5,   0.01
"""


def test_results_of_ultralytics_have_their_arguments(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "detect" / "train7"
    folder.mkdir(parents=True)
    (folder / "results.csv").write_text(TABLE)
    (folder / "args.yaml").write_text("epochs: 5\nmodel: yolo11n.pt\nclasses: [1, 2]\n")
    paths = brought_in(workspace, tmp_path)
    columns, spec = load_columns(paths.events), RunSpec.read(paths.spec)
    assert columns.series("train", "loss").value.tolist() == [4.0, 3.0]
    assert columns.series("validation", "mAP50-95(B)").value.tolist() == [0.1, 0.2]
    assert spec.config == {"epochs": 5, "model": "yolo11n.pt"} and spec.headline == "mAP50-95(B)"
    t = columns.series("train", "loss").t.tolist()
    assert t[1] - t[0] == pytest.approx(10) and t[1] == pytest.approx((folder / "results.csv").stat().st_mtime)


@pytest.mark.parametrize(
    ("content", "said"),
    [("epoch,loss\n1,2,3\n", "results.csv:2: 3 values where 2 are named"), ("epoch,loss\n1,x\n", "results.csv:2"),
     ("a,b\n1,2\n", "no column `epoch`"), ("epoch,loss\nnan,1\n", "results.csv:2: the epoch")],
)  # fmt: skip
def test_a_table_that_is_none_says_which_line(tmp_path: Path, workspace: Workspace, content: str, said: str) -> None:
    (tmp_path / "results.csv").write_text(content)
    with pytest.raises(DataError, match=said.replace("(", r"\(")):
        brought_in(workspace, tmp_path / "results.csv")
    assert not workspace.runs.exists()


@pytest.mark.parametrize("content", ["{", '{"log_history": 3}', "\xff"])
def test_a_state_that_is_none_is_said_to_be(tmp_path: Path, workspace: Workspace, content: str) -> None:
    (tmp_path / "trainer_state.json").write_text(content, encoding="latin-1")
    with pytest.raises(DataError, match=r"trainer_state\.json"):
        brought_in(workspace, tmp_path)


def test_where_nothing_is_recorded_one_sentence_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    for source, kind in [(tmp_path, None), (tmp_path / "none", None), (tmp_path, "mlflow")]:
        with pytest.raises(InputError):
            find_recordings(source, kind)


class Growing:
    """A record that has one more point at each look."""

    kind, name = "tensorboard", "growing"

    def __init__(self, path: Path) -> None:
        self.path, self.looks = path, 0

    def facts(self):  # type: ignore[no-untyped-def]
        from engine.foreign_runs.recording import Facts

        return Facts(steps=100)

    def read(self):  # type: ignore[no-untyped-def]
        self.looks += 1
        yield Point(self.looks, time.time(), "train", {"loss": 1.0 / self.looks})


def test_a_record_that_is_followed_is_a_live_run_until_it_is_stopped(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.foreign_runs.importing.EVERY_S", 0.01)
    recording = Growing(tmp_path)
    thread = threading.Thread(target=lambda: import_recording(workspace, recording, follow=True))
    thread.start()
    while recording.looks < 5:
        time.sleep(0.01)
    (root,) = [path for path in workspace.runs.iterdir() if not path.name.startswith(".")]
    assert look(RunPaths(root)).state == "running"
    request_stop(RunPaths(root))
    thread.join(10)
    view = look(RunPaths(root))
    assert not thread.is_alive() and (view.state, view.reason) == ("stopped", "stopped by user")
    assert len(load_columns(RunPaths(root).events).series("train", "loss").step) >= 5


@pytest.mark.slow
def test_what_the_summary_writer_of_torch_writes_is_read(workspace: Workspace, tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter(os.fspath(tmp_path / "real"))
    for step in range(200):
        writer.add_scalar("train/loss", 1 / (1 + step), step, walltime=1e9 + step)
    writer.add_histogram("weights", np.arange(5000.0), 0)
    writer.add_scalar("val/acc", 0.75, 199, new_style=True)
    writer.close()
    columns = load_columns(brought_in(workspace, tmp_path).events)
    assert columns.series("train", "loss").value.tolist() == pytest.approx([1 / (1 + step) for step in range(200)])
    assert columns.series("validation", "acc").value.tolist() == [0.75]
