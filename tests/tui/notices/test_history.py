"""What runs wrote while nobody looked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine.events.schema import LogEvent, MetricsEvent, SignalEvent
from engine.runs.catalogue import Catalogue
from engine.workspace import Workspace
from tui.feed.model import RunInfo
from tui.notices.history import read_history
from tui.notices.notice import Kind

from .conftest import NOW

RUN = "20261120-143408-utility-ner-7f3a"


def listed(workspace: Workspace) -> tuple[RunInfo, ...]:
    catalogue = Catalogue(workspace, lambda: NOW)
    catalogue.refresh(budget_s=10)
    return catalogue.runs()


@pytest.fixture
def night(workspace: Workspace, record: Callable[..., Any]) -> Workspace:
    """A run that reached its target, fell silent, filled the disk and failed."""
    worker = record(RUN, state="failed", reason="disk full", message="no space is left", done_epochs=8.0, best=0.93)
    worker.play()
    worker.say(SignalEvent(t=NOW - 50, seq=0, kind="stalled", message="no event for 41 s"), status=True)
    worker.say(
        SignalEvent(t=NOW - 40, seq=0, kind="disk_nearly_full", message="1.0 GiB of 40.0 GiB left"), status=True
    )
    worker.say(SignalEvent(t=NOW - 30, seq=0, kind="diverged", metric="loss", message="the loss is nan"))
    return workspace


def test_ends_signals_and_troubles_are_found(night: Workspace) -> None:
    found = read_history(night, listed(night), NOW - 10_000, NOW + 10_000)
    assert {each.kind for each in found} == {Kind.TARGET, Kind.STALLED, Kind.DISK, Kind.DIVERGED, Kind.FAILED}
    assert [each.t for each in found] == sorted(each.t for each in found)
    failed = next(each for each in found if each.kind is Kind.FAILED)
    assert (failed.run, failed.name, failed.text) == (RUN, "ner 7f3a", "disk full: no space is left")
    assert next(each for each in found if each.kind is Kind.DISK).run == ""


def test_only_what_happened_between_two_moments(night: Workspace) -> None:
    assert [each.kind for each in read_history(night, listed(night), NOW - 55, NOW - 35)] == [Kind.STALLED, Kind.DISK]


def test_of_a_long_status_the_end_is_read(night: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.notices.history.MOST_STATUS_BYTES", 150)
    found = read_history(night, listed(night), NOW - 10_000, NOW + 10_000)
    kinds = {each.kind for each in found}
    assert Kind.DISK in kinds and Kind.STALLED not in kinds


def test_of_a_long_file_the_end_is_read(
    night: Workspace, record: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.notices.history.MOST_BYTES", 2_000)
    found = read_history(night, listed(night), NOW - 10_000, NOW + 10_000)
    assert Kind.DIVERGED in [each.kind for each in found] and Kind.TARGET not in [each.kind for each in found]


def test_lines_that_only_look_like_signals_are_none(workspace: Workspace, record: Callable[..., Any]) -> None:
    worker = record(RUN).play()
    for status in (False, True):
        worker.say(LogEvent(t=NOW, seq=0, message='"type":"signal"'), status=status)
        worker.append(b'{"type":"signal","t":1\n\xff"type":"signal"\n', status=status)
    worker.say(MetricsEvent(t=NOW, seq=0, step=1, values={}))
    found = read_history(workspace, listed(workspace), NOW - 100, NOW + 100)
    assert {each.kind for each in found} <= {Kind.LOST, Kind.TARGET}


def test_a_run_that_is_gone_meanwhile_is_passed_over(night: Workspace) -> None:
    runs = listed(night)
    for path in (night.runs / RUN).iterdir():
        path.unlink()
    (night.runs / RUN).rmdir()
    assert [each.kind for each in read_history(night, runs, 0.0, NOW + 10_000)] == [Kind.FAILED]
