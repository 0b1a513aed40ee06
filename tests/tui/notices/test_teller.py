"""Who is told what, and what counts as seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.workspace import Workspace
from tui.feed.model import RunInfo, Snapshot
from tui.notices.seen import AWAY_S
from tui.notices.settings import NoticeSettings
from tui.notices.teller import Teller

from .conftest import NOW

Run = Callable[..., RunInfo]
KITTY = {"TERM": "xterm-kitty"}


class Console:
    """Does at once what the application does later, and notes it."""

    def __init__(self) -> None:
        self.toasts: list[tuple[str, str]] = []
        self.sent: list[str] = []
        self.bells = self.unseen = 0

    def notify(self, message: str, *, severity: str = "", markup: bool = True, **_: Any) -> None:
        assert not markup
        self.toasts.append((severity, message))

    def bell(self) -> None:
        self.bells += 1

    def send(self, codes: str) -> None:
        self.sent += [codes] if codes else []

    def call_later(self, callback: Callable[..., object], *arguments: object) -> None:
        callback(*arguments)

    def run_worker(self, work: Callable[[], object], **_: Any) -> None:
        work()


class Desk:
    """A teller with its console and a clock that a test moves."""

    def __init__(self, root: Path, **facts: Any) -> None:
        self.console, self.now, self.root = Console(), facts.pop("now", NOW), root
        environment = {"XDG_STATE_HOME": str(root / "state")} | facts.pop("environment", {})
        self.teller = Teller(
            self.console,  # type: ignore[arg-type]
            Workspace(root / "workspace"),
            now=lambda: self.now,
            changed=lambda count: setattr(self.console, "unseen", count),
            environment=environment,
            **facts,
        )

    def see(self, *runs: RunInfo) -> None:
        self.teller.take(Snapshot(runs=runs, now=self.now, listed=True, complete=True))


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    return lambda **facts: Desk(tmp_path, **facts)


def ended(run: Run, count: int, state: str = "failed", **facts: Any) -> list[RunInfo]:
    return [run(state, f"20261120-143408-utility-ner-{place:04x}", **facts) for place in range(count)]


def test_a_failure_is_told_by_every_way_that_is_on(desk: Any, run: Run) -> None:
    one = desk(settings=NoticeSettings(bell=True), environment=KITTY)
    one.see(run("running"))
    one.see(run("failed", reason="bad data", message="row 7 has no label"))
    assert one.console.toasts == [("error", "ner 7f3a failed: bad data: row 7 has no label")]
    assert one.console.sent == ["\x1b]9;finetop: ner 7f3a failed: bad data: row 7 has no label\x07"]
    assert one.console.bells == 1


@pytest.mark.parametrize(
    ("settings", "toasts", "sent"),
    [
        (NoticeSettings(toast=False), 0, 1),
        (NoticeSettings(osc="off"), 1, 0),
        (NoticeSettings(failed=False), 0, 0),
        (NoticeSettings(done=False), 1, 1),
    ],
)
def test_what_is_switched_off_is_in_the_list_alone(
    desk: Any, run: Run, settings: NoticeSettings, toasts: int, sent: int
) -> None:
    one = desk(settings=settings, environment=KITTY)
    one.see(run("running"))
    one.see(run("failed"))
    assert (len(one.console.toasts), len(one.console.sent), one.console.bells) == (toasts, sent, 0)
    assert len(one.teller.notices) == 1


def test_many_at_once_are_told_as_one(desk: Any, run: Run) -> None:
    one = desk(environment=KITTY)
    one.see(*ended(run, 20, "running"))
    one.see(*ended(run, 18), *ended(run, 20, "done")[18:])
    assert one.console.toasts == [("error", "18 failed, 2 done")]
    assert len(one.console.sent) == 1 and len(one.teller.notices) == 20


def test_what_is_told_before_the_operators_eyes_is_seen(desk: Any, run: Run) -> None:
    one = desk()
    one.see(run("running"))
    one.now += AWAY_S - 1
    one.see(run("done", ended=one.now))
    assert one.console.unseen == 0


def test_what_happens_while_nobody_presses_a_key_is_counted_until_the_list_is_opened(desk: Any, run: Run) -> None:
    one = desk()
    one.see(run("running"))
    one.now += AWAY_S + 1
    one.see(run("done", ended=one.now))
    assert one.console.unseen == 1
    one.teller.attend()
    assert len(one.teller.unseen) == 1
    one.teller.look()
    assert one.console.unseen == 0 and one.teller.unseen == ()


def test_the_next_console_counts_from_when_the_last_was_closed(desk: Any, run: Run) -> None:
    evening = desk()
    evening.see(run("running"))
    evening.teller.close()
    morning = desk(now=NOW + 30_000)
    morning.see(run("failed", ended=NOW + 10))
    # It ended before this console was opened: the list tells it, and no toast.
    assert [notice.text for notice in morning.teller.unseen] == [""] and morning.console.unseen == 1
    assert morning.console.toasts == []


def test_the_first_console_of_a_workspace_has_missed_nothing(desk: Any, run: Run) -> None:
    first = desk(now=NOW + 30_000)
    first.see(run("failed", ended=NOW + 10))
    assert first.console.unseen == 0 and len(first.teller.notices) == 1


def test_a_picture_and_a_replay_leave_no_trace(desk: Any, run: Run) -> None:
    one = desk(remember=False)
    one.see(run("running"))
    one.teller.attend()
    one.teller.look()
    one.teller.close()
    assert not (one.root / "state").exists()


def test_where_it_cannot_be_remembered_that_is_said(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    one = desk()
    one.teller.look()
    assert "not remembered" in one.teller.problem and str(tmp_path) in one.teller.problem


def test_the_list_is_bounded(desk: Any, run: Run) -> None:
    one = desk()
    for batch in range(7):
        one.see(*ended(run, 100, "running"))
        one.see(*ended(run, 100, ended=NOW - 10 + batch))
    assert len(one.teller.notices) == 500 and one.teller.notices[-1].t == NOW - 4
