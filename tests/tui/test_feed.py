"""The feed: what it reads, when it speaks, and what it survives."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.events.schema import MetricsEvent, RunEvent
from tui.feed.model import Snapshot, SnapshotTaken, Wanted
from tui.feed.printed import PrintedTail
from tui.feed.thread import Feed, held_still

NOW = 1_795_185_600.0
RUN = "20261120-143408-utility-ner-7f3a"


class Listener:
    """Takes what the feed says."""

    def __init__(self) -> None:
        self.said: list[Snapshot] = []
        self._news = threading.Condition()

    def __call__(self, message: SnapshotTaken) -> None:
        with self._news:
            self.said.append(message.snapshot)
            self._news.notify_all()

    def until(self, holds: Callable[[Snapshot], object]) -> Snapshot:
        with self._news:
            assert self._news.wait_for(lambda: self.said and holds(self.said[-1]), timeout=20)
            return self.said[-1]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def feed(workspace: Any, listener: Listener) -> Iterator[Feed]:
    feed = Feed(workspace, listener, now=lambda: NOW)
    yield feed
    feed.stop()


def test_an_event_is_handed_over_within_half_a_second(record: Any, feed: Feed, listener: Listener) -> None:
    worker = record(RUN).hold().play()
    feed.want(Wanted(selected=(RUN,)))
    feed.start()
    listener.until(lambda said: said.complete and said.details)
    polls, began = feed.polls, time.monotonic()
    worker.say(MetricsEvent(t=NOW, seq=0, step=900, epoch=9.0, values={"loss": 0.5}))
    listener.until(lambda said: said.details[RUN].series["train", "loss"].step[-1] == 900)
    # Two polls at most, however slow this machine is at the moment.
    assert feed.polls - polls <= 3 and time.monotonic() - began < 5


def test_only_what_is_on_screen_is_read(utility: Any, feed: Feed, listener: Listener) -> None:
    feed.start()
    said = listener.until(lambda said: said.complete)
    assert len(said.runs) == 6 and not said.details
    feed.want(Wanted(selected=(RUN,)))
    said = listener.until(lambda said: said.details)
    assert list(said.details) == [RUN]


def test_points_past_a_resumed_step_are_replaced(record: Any, feed: Feed, listener: Listener) -> None:
    worker = record(RUN).hold().play()
    feed.want(Wanted(selected=(RUN,)))
    feed.start()
    before = listener.until(lambda said: said.complete and said.details).details[RUN].series["train", "loss"]
    worker.say(
        RunEvent(t=NOW, seq=0, id=RUN, attempt=2, resumed_step=100),
        MetricsEvent(t=NOW, seq=0, step=101, epoch=2.0, values={"loss": 0.25}),
    )
    after = listener.until(lambda said: said.details[RUN].series["train", "loss"].step[-1] == 101)
    assert before.step[-1] > 101
    assert after.details[RUN].series["train", "loss"].value[-1] == 0.25
    assert any("resumed from step 100" in line.text for line in after.details[RUN].log)


def test_a_run_that_is_removed_goes_away(utility: Any, workspace: Any, feed: Feed, listener: Listener) -> None:
    import shutil

    feed.want(Wanted(selected=("20261119-170244-utility-ner-02c7",)))
    feed.start()
    listener.until(lambda said: said.complete and said.details)
    shutil.rmtree(workspace.runs / "20261119-170244-utility-ner-02c7")
    listener.until(lambda said: len(said.runs) == 5)


def test_progress_bars_of_libraries_count_once(tmp_path: Path) -> None:
    path = tmp_path / "trainer.log"
    path.write_bytes(b"loading\r\n 10%|#\r 50%|###\r100%|######\n\x1b[31mred\x1b[0m alert\nunfinished 3")
    tail = PrintedTail(path)
    assert tail.read() == ["loading", "100%|######", "red alert"]
    with path.open("ab") as file:
        file.write(b"0 %\n")
    assert tail.read() == ["unfinished 30 %"]
    path.write_bytes(b"anew\n")
    assert tail.read() == ["anew"]


def test_of_a_long_log_only_the_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "trainer.log"
    path.write_bytes(b"".join(b"line %06d\n" % number for number in range(200_000)))
    lines = PrintedTail(path).read()
    assert lines[-1] == "line 199999" and len(lines) < 4000 and all(line.startswith("line ") for line in lines)


def test_a_newer_picture_replaces_one_that_waits() -> None:
    assert SnapshotTaken(Snapshot()).can_replace(SnapshotTaken(Snapshot()))


def test_a_long_file_is_read_at_once_and_then_followed(
    record: Any, feed: Feed, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.feed import follow

    worker = record(RUN).hold().play()
    monkeypatch.setattr(follow, "BIG_BYTES", 1000)
    feed.want(Wanted(selected=(RUN,)))
    feed.start()
    detail = listener.until(lambda said: said.complete and said.details).details[RUN]
    assert len(detail.series["train", "loss"]) == 339 and detail.progress is not None
    assert any("target reached" in line.text for line in detail.log)
    worker.say(MetricsEvent(t=NOW, seq=0, step=900, epoch=9.0, values={"loss": 0.5}))
    said = listener.until(lambda said: said.details[RUN].series["train", "loss"].step[-1] == 900)
    assert len(said.details[RUN].series["train", "loss"]) == 340


def test_of_a_run_whose_row_alone_is_on_screen_only_that_is_kept(
    record: Any, feed: Feed, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.feed import thread

    monkeypatch.setattr(thread, "NARROW_AFTER_S", -1.0)
    record(RUN).hold().play()
    feed.want(Wanted(selected=(RUN,)))
    feed.start()
    whole = listener.until(lambda said: said.complete and said.details).details[RUN]
    feed.want(Wanted(visible=(RUN,)))
    narrow = listener.until(lambda said: list(said.details[RUN].series) == [("validation", "f1")]).details[RUN]
    assert len(whole.series) > 1 and narrow.trend == whole.trend
    feed.want(Wanted(selected=(RUN,)))
    listener.until(lambda said: said.details[RUN].series.keys() == whole.series.keys())


def test_the_curves_of_a_run_that_ended_are_shown_as_soon_as_it_is_selected(
    record: Any, feed: Feed, listener: Listener
) -> None:
    record(RUN, state="done").play()
    feed.want(Wanted(visible=(RUN,)))
    feed.start()
    listener.until(lambda said: said.complete and list(said.details[RUN].series) == [("validation", "f1")])
    feed.want(Wanted(selected=(RUN,)))
    listener.until(lambda said: ("train", "loss") in said.details[RUN].series)


@pytest.mark.parametrize(
    ("before", "value", "shown"),
    [
        (None, 14.0, 10.0),
        (10.0, 19.9, 10.0),
        (10.0, 20.1, 20.0),
        (10.0, 0.5, 10.0),
        (10.0, 0.0, 0.0),
        (13.0, 14.0, 10.0),
    ],
)
def test_a_figure_at_rest_changes_only_by_a_whole_step(before: float | None, value: float, shown: float) -> None:
    held = {} if before is None else {"cpu/percent": before}
    assert held_still({"cpu/percent": value}, held) == {"cpu/percent": shown}
