"""Every point is kept, a resume takes back what it must, and the fast way reads what the slow one does."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.events import shards
from engine.events.columns import Columns, load_and_follow, load_columns
from engine.events.schema import Event, LogEvent, MetricsEvent, RunEvent
from engine.events.shards import parse_file
from engine.events.tail import Tail
from engine.events.writer import EventWriter


def metrics(step: int, split: str = "train", **values: float | None) -> MetricsEvent:
    return MetricsEvent(t=100.0 + step, seq=0, step=step, epoch=step / 10, split=split, values=values)


def resumed(step: int | None) -> RunEvent:
    return RunEvent(t=0, seq=0, id="r", attempt=2, resumed_step=step)


def columns_of(*events: Event) -> Columns:
    columns = Columns()
    columns.add(events)
    return columns


def points(columns: Columns, split: str = "train", metric: str = "loss") -> list[tuple[int, float]]:
    series = columns.series(split, metric)
    return list(zip(series.step.tolist(), series.value.tolist(), strict=True))


def test_each_split_and_metric_has_its_own_series() -> None:
    columns = columns_of(metrics(1, loss=3.0, lr=0.1), metrics(2, loss=2.0), metrics(2, "validation", loss=2.5))
    assert columns.names() == [("train", "loss"), ("train", "lr"), ("validation", "loss")]
    assert points(columns) == [(1, 3.0), (2, 2.0)]
    assert points(columns, metric="lr") == [(1, 0.1)]
    series = columns.series("validation", "loss")
    assert (series.step.tolist(), series.epoch.tolist(), series.t.tolist()) == ([2], [0.2], [102.0])
    assert columns.latest("train", "loss") == 2.0


def test_a_metric_that_is_not_there_is_an_empty_series() -> None:
    columns = columns_of(metrics(1, loss=3.0))
    assert len(columns.series("train", "f1")) == 0
    assert columns.latest("train", "f1") is None
    assert columns.names() == [("train", "loss")]


def test_null_is_a_point_without_a_number() -> None:
    columns = columns_of(metrics(1, loss=None), metrics(2, loss=1.0))
    assert np.isnan(columns.series("train", "loss").value).tolist() == [True, False]


def test_the_revision_goes_up_with_metrics_alone() -> None:
    columns = columns_of(metrics(1, loss=1.0))
    before = columns.revision
    columns.add([LogEvent(t=0, seq=0, message="x")])
    assert columns.revision == before
    columns.add([metrics(2, loss=1.0)])
    assert columns.revision > before


def test_points_past_the_resumed_step_are_dropped_at_once() -> None:
    columns = columns_of(*(metrics(step, loss=float(step)) for step in range(1, 8)), resumed(4))
    assert points(columns) == [(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0)]


def test_the_point_at_the_resumed_step_is_replaced_only_by_a_new_one() -> None:
    before = [metrics(3, loss=3.0), metrics(4, loss=4.0), metrics(4, "validation", f1=0.4)]
    columns = columns_of(*before, resumed(4), metrics(5, loss=50.0))
    assert points(columns) == [(3, 3.0), (4, 4.0), (5, 50.0)]
    assert points(columns, "validation", "f1") == [(4, 0.4)]
    columns.add([metrics(4, "validation", f1=0.5), metrics(8, "validation", f1=0.8)])
    assert points(columns, "validation", "f1") == [(4, 0.5), (8, 0.8)]


def test_a_run_that_begins_again_without_a_checkpoint_takes_everything_back() -> None:
    columns = columns_of(metrics(1, loss=1.0), resumed(None))
    assert columns.names() == []
    columns.add([metrics(1, loss=10.0)])
    assert points(columns) == [(1, 10.0)]


def test_a_run_can_be_resumed_again_and_again() -> None:
    columns = Columns()
    for attempt in range(4):
        if attempt:
            columns.add([resumed(attempt * 10 - 5)])
        start = attempt * 10 - 5 if attempt else 0
        columns.add([metrics(step, loss=float(attempt)) for step in range(start + 1, start + 16)])
    series = columns.series("train", "loss")
    assert series.step.tolist() == list(range(1, 41))
    assert series.value.tolist() == [0.0] * 5 + [1.0] * 10 + [2.0] * 10 + [3.0] * 15


def test_a_series_given_out_never_changes() -> None:
    columns = columns_of(*(metrics(step, loss=float(step)) for step in range(10)))
    series = columns.series("train", "loss")
    columns.add([resumed(3), *(metrics(step, loss=-1.0) for step in range(4, 40))])
    assert series.value.tolist() == [float(step) for step in range(10)]
    assert points(columns)[:6] == [(0, 0.0), (1, 1.0), (2, 2.0), (3, 3.0), (4, -1.0), (5, -1.0)]


def test_a_series_is_a_view_and_growth_copies_seldom() -> None:
    columns = columns_of(metrics(0, loss=0.0))
    bases = set()
    for step in range(1, 5000):
        columns.add([metrics(step, loss=0.0)])
        base = columns.series("train", "loss").value.base
        assert base is not None
        bases.add(id(base))
    assert len(columns.series("train", "loss")) == 5000
    assert len(bases) < 40


def test_clear_forgets_everything() -> None:
    columns = columns_of(metrics(1, loss=1.0))
    revision = columns.revision
    columns.clear()
    assert columns.names() == []
    assert columns.revision > revision


# -- the cold path


def load_slowly(path: Path) -> Columns:
    columns = Columns()
    columns.add(Tail(path).read(max_events=10**9, max_seconds=600).events)
    return columns


def assert_same(one: Columns, other: Columns) -> None:
    assert set(one.names()) == set(other.names())
    for name in one.names():
        for field in ("step", "epoch", "t", "value"):
            ours, theirs = getattr(one.series(*name), field), getattr(other.series(*name), field)
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs, err_msg=f"{name} {field}")


def load_in_blocks(path: Path, block_bytes: int) -> Columns:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "_BLOCK_BYTES", block_bytes)
        columns = Columns()
        columns.add_parts(parse_file(path, children=0))
    return columns


NAMES = st.sampled_from(["loss", "lr", "grad_norm", "f1/STANDARD", "cuda:0/x", "é", "values", 'a"b', "a\\b"])
NUMBERS = st.one_of(
    st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**20), 10**20), st.just(0)
)
STRANGE = st.sampled_from(
    [
        b"",
        b"garbage",
        b"null",
        b"{}",
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"loss":0.5}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"loss":0.5}} {"type":"log"}',
        b'{"type":"metrics","t":1,"seq":1,"step":3}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":null}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":5,"values":{"loss":1}}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"loss":1},"values":{"lr":2}}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"loss":1,"loss":null}}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"v\\u0061lues":{"loss":1}}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"l\\u006fss":1}}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"loss":"high"}}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"loss":true}}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"loss":1e999}}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"loss":NaN}}',
        b'{"type":"metrics","t":1,"seq":1,"step":3.5,"values":{"loss":1}}',
        b'{"type":"metrics","t":1,"seq":1,"step":99999999999999999999,"values":{"loss":1}}',
        b'{"type":"metrics","t":null,"seq":1,"step":3,"values":{"loss":1}}',
        b'{"type":"metrics","t":1,"step":3,"values":{"loss":1}}',
        b'{ "values" : { "loss" : 1 } , "step": 3, "seq": 1, "t": 1, "type" : "metrics" }',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"loss":1},"new":{"values":[{}]}}',
        b'{"type":"metrics","t":1,"seq":1,"step":3,"values":{"loss":\xff}}',
        b'{"type":"log","t":1,"seq":1,"message":"\\"values\\":"}',
        b'{"type":"system","t":1,"seq":1,"values":{"x":1}}',
        b'{"type":"progress","t":1,"seq":1,"phase":"x","step":1,"steps":2}',
        b'{"type":"tomorrow","t":1,"seq":1,"values":{}}',
        b'{"type":"run","t":1,"seq":1}',
        b"[" * 3000,
        b"\x00" * 70_000,
    ]
)


@st.composite
def event_lines(draw: st.DrawFn) -> bytes:
    kind = draw(st.integers(0, 9))
    if kind == 0:
        event: Event = resumed(draw(st.one_of(st.none(), st.integers(0, 12))))
    else:
        event = MetricsEvent(
            t=draw(st.floats(0, 2e9)),
            seq=draw(st.integers(0, 99)),
            step=draw(st.one_of(st.integers(0, 12), st.just(2**53), st.just(-(2**53)))),
            epoch=draw(st.floats(0, 9)),
            split=draw(st.sampled_from(["train", "validation", "é\n"])),
            values=draw(st.dictionaries(NAMES, NUMBERS, max_size=4)),  # type: ignore[arg-type]
        )
    return msgspec.json.encode(event)


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=200)
@given(
    lines=st.lists(st.one_of(event_lines(), event_lines(), STRANGE), max_size=25),
    torn=st.one_of(st.just(b""), STRANGE, event_lines()),
    block_bytes=st.integers(16, 2000),
)
def test_the_fast_path_reads_what_the_slow_path_reads(
    tmp_path: Path, lines: list[bytes], torn: bytes, block_bytes: int
) -> None:
    path = tmp_path / "any.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in lines) + torn)
    slow = load_slowly(path)
    assert_same(load_columns(path), slow)
    assert_same(load_in_blocks(path, block_bytes), slow)


def write_training(path: Path, steps: int) -> None:
    with EventWriter(path) as events:
        events.run("r")
        for step in range(steps):
            events.metrics(step, {"loss": 1 / (step + 1), "lr": 1e-5, "norm": None if step % 97 == 0 else 0.5})
            if step % 50 == 0:
                events.progress("training", step, steps)
            if step % 500 == 0:
                events.metrics(step, {"f1": 0.5, "precision": 0.6}, split="validation")
            if step == steps // 2:
                events.run("r", attempt=2, resumed_step=step - 100)


def test_children_read_what_one_process_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    write_training(path, 20_000)
    slow = load_slowly(path)
    monkeypatch.setattr(shards, "_BLOCK_BYTES", 20_000)
    monkeypatch.setattr(shards, "_parse_blocks", lambda *_: {})  # leave all of it to the children
    columns = Columns()
    with monkeypatch.context() as patch:
        patch.setattr(shards.BulkParser, "parse", lambda *_: pytest.fail("a child did not do its part"))
        columns.add_parts(parse_file(path, children=2))
    assert_same(columns, slow)


def test_parent_and_child_share_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "events.jsonl"
    write_training(path, 20_000)
    monkeypatch.setattr(shards, "_BLOCK_BYTES", 20_000)
    columns = Columns()
    columns.add_parts(parse_file(path, children=1))
    assert_same(columns, load_slowly(path))


def test_blocks_that_a_child_took_and_never_gave_back_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.jsonl"
    write_training(path, 3000)
    monkeypatch.setattr(shards, "_BLOCK_BYTES", 20_000)
    monkeypatch.setattr(shards, "_parse_blocks", lambda *_: {})
    greedy = tmp_path / "greedy.sh"
    greedy.write_text("#!/bin/sh\ncat > /dev/null\nexit 1\n")
    greedy.chmod(0o755)
    monkeypatch.setattr(shards.sys, "executable", str(greedy))
    columns = Columns()
    columns.add_parts(parse_file(path, children=1))
    assert_same(columns, load_slowly(path))


@pytest.mark.parametrize("different", [2, 700])
def test_lines_with_ever_other_names_are_read_in_their_order(tmp_path: Path, different: int) -> None:
    path = tmp_path / "events.jsonl"
    with EventWriter(path) as events:
        for step in range(2000):
            events.metrics(step, {"loss": float(step), f"other {step % different}": 1.0})
    columns = load_columns(path)
    assert columns.series("train", "loss").value.tolist() == list(range(2000))
    assert_same(columns, load_slowly(path))


def test_a_missing_and_an_empty_file_have_no_metrics(tmp_path: Path) -> None:
    assert load_columns(tmp_path / "missing").names() == []
    (tmp_path / "empty").write_bytes(b"")
    assert load_columns(tmp_path / "empty").names() == []


def test_loaded_columns_go_on_with_a_tail(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    write_training(path, 2000)
    with path.open("ab") as file:
        file.write(b'{"type":"metrics","t":1,"seq":9,"step":2000,"val')
    columns, tail = load_and_follow(path)
    assert points(columns)[-1] == (1999, 1 / 2000)
    assert tail.read().at_end
    with path.open("ab") as file:
        file.write(b'ues":{"loss":7}}\n')
    batch = tail.read()
    columns.add(batch.events)
    assert not batch.restarted
    assert_same(columns, load_slowly(path))
    # Series of one file share arrays until one of them grows alone.
    assert len(columns.series("train", "lr")) == len(columns.series("train", "loss")) - 1


def test_a_tail_behind_loaded_columns_notices_another_file(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    write_training(path, 100)
    _, tail = load_and_follow(path)
    path.unlink()
    write_training(path, 300)
    batch = tail.read()
    assert batch.restarted
    assert batch.events[0].seq == 0


def test_following_a_file_that_is_not_there_yet_reads_it_from_its_start(tmp_path: Path) -> None:
    columns, tail = load_and_follow(tmp_path / "events.jsonl")
    write_training(tmp_path / "events.jsonl", 10)
    batch = tail.read()
    columns.add(batch.events)
    assert not batch.restarted
    assert_same(columns, load_slowly(tmp_path / "events.jsonl"))


def test_metrics_of_the_same_lines_keep_their_steps_once() -> None:
    columns = Columns()
    columns.add([_metrics(step, {"loss": 1.0, "lr": 0.1}) for step in range(50)])
    columns.add([_metrics(step, {"loss": 1.0, "lr": 0.1}) for step in range(50, 90)])
    assert np.shares_memory(columns.series("train", "loss").step, columns.series("train", "lr").step)


def test_metrics_that_part_keep_their_own_points() -> None:
    columns = Columns()
    columns.add([_metrics(0, {"loss": 1.0, "lr": 0.1})])
    given = columns.series("train", "lr")
    columns.add([_metrics(1, {"loss": 2.0}), _metrics(2, {"loss": 3.0, "lr": 0.3})])
    assert columns.series("train", "loss").value.tolist() == [1.0, 2.0, 3.0]
    assert columns.series("train", "lr").step.tolist() == [0, 2]
    assert given.value.tolist() == [0.1]


def test_series_that_are_not_kept_are_forgotten_and_the_others_go_on() -> None:
    columns = Columns()
    columns.add([_metrics(0, {"loss": 1.0, "lr": 0.1})])
    columns.keep_only([("train", "loss")])
    assert columns.names() == [("train", "loss")]
    columns.add([_metrics(1, {"loss": 2.0})])
    assert columns.series("train", "loss").value.tolist() == [1.0, 2.0]


def _metrics(step: int, values: dict[str, float | None]) -> MetricsEvent:
    return MetricsEvent(t=float(step), seq=step, step=step, values=values)
