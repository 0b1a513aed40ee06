"""Takes each snapshot, tells what is new in it, and keeps the list of what happened."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, Protocol, cast

from tui.notices.news import Known, news
from tui.notices.notice import Notice
from tui.notices.seen import AWAY_S, Seen
from tui.notices.settings import NoticeSettings
from tui.notices.summary import ONE_BY_ONE, severity, summary
from tui.notices.ways import codes, way_out

if TYPE_CHECKING:
    from engine.workspace import Workspace
    from tui.feed.model import Snapshot

SHOWN_S = 3 * 86400.0
"""Of what the operator has seen, the list still shows so much."""
MOST = 500
"""Notices that are kept, the newest."""
WRITE_EVERY_S = 30.0
TITLE = "finetop"


class Console(Protocol):
    """What the teller needs of the application."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None: ...
    def bell(self) -> None: ...
    def send(self, codes: str) -> None: ...
    def call_later(self, callback: Callable[..., object], *args: object) -> object: ...
    def run_worker(self, work: Callable[[], object], *, thread: bool, group: str, exit_on_error: bool) -> object: ...


class Teller:
    """Everything but `read_history` and the file is quick, and happens where the widgets live.

    `changed` is called with the number of notices that the operator has not seen.
    """

    def __init__(
        self,
        console: Console,
        workspace: Workspace,
        *,
        now: Callable[[], float],
        changed: Callable[[int], object],
        settings: NoticeSettings | None = None,
        remember: bool = True,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._console, self._workspace, self._now, self._changed = console, workspace, now, changed
        self._settings = settings if settings is not None else NoticeSettings()
        self._way = way_out(environment, self._settings.osc)
        self._seen, self._remember = Seen(workspace.root, environment), remember
        self.opened = now()
        self._known = Known(opened=self.opened)
        self.since = self._seen.read()
        """What it was when the console was opened; None where no console was open before."""
        self.notices: tuple[Notice, ...] = ()
        """Oldest first."""
        self.problem = ""
        """Why it cannot be kept what was seen."""
        self.seen_t = self.since if self.since is not None else self.opened
        """Up to when the operator has seen everything now."""
        self._attended_t = self.opened
        self._written_t = 0.0
        self._asked = False

    @property
    def unseen(self) -> tuple[Notice, ...]:
        """What happened since the operator last saw everything."""
        return tuple(notice for notice in self.notices if notice.t > self.seen_t)

    def take(self, snapshot: Snapshot) -> None:
        """Tell what is new in a snapshot."""
        told, self._known = news(self._known, snapshot)
        if told:
            # Told before the operator's eyes, unless something from before still waits to be looked at.
            there = self._now() - self._attended_t < AWAY_S and not self.unseen
            self.seen_t = max(self.seen_t, *(notice.t for notice in told)) if there else self.seen_t
            self._add(told)
            self._tell([each for each in told if not each.quiet and self._settings.wants(each.kind)])
        if snapshot.complete and not self._asked:
            self._asked = True
            self._ask(snapshot)

    def attend(self) -> None:
        """A key was pressed: the operator is there, and has seen what was told while they were."""
        self._attended_t = self._now()
        if not self.unseen:
            self._see(self._attended_t)

    def look(self) -> None:
        """The list was opened: all of it is seen."""
        self._see(self._now(), at_once=True)
        self._changed(0)

    def close(self) -> None:
        """The console ends."""
        if self._remember and not self.unseen:
            self._write(self.seen_t)

    # -- what happened before

    def _ask(self, snapshot: Snapshot) -> None:
        if self.since is None:
            # The first console on this workspace: nobody was away.
            self._see(self.opened)
        since = min(self.seen_t, self.opened - SHOWN_S)

        def read() -> None:
            from tui.notices.history import read_history

            found = read_history(self._workspace, snapshot.runs, since, self.opened)
            self._console.call_later(self._add, found)

        self._console.run_worker(read, thread=True, group="notices", exit_on_error=False)

    def _add(self, notices: tuple[Notice, ...]) -> None:
        known = set(self.notices)
        fresh = [notice for notice in notices if notice not in known]
        self.notices = tuple(sorted((*self.notices, *fresh), key=lambda notice: notice.t)[-MOST:])
        self._changed(len(self.unseen))

    def _see(self, t: float, *, at_once: bool = False) -> None:
        self.seen_t = max(self.seen_t, t)
        if not self._remember or (t - self._written_t < WRITE_EVERY_S and not at_once):
            return
        self._written_t = t
        seen_t = self.seen_t
        self._console.run_worker(lambda: self._write(seen_t), thread=True, group="notices", exit_on_error=False)

    def _write(self, t: float) -> None:
        try:
            self._seen.advance(t)
            self.problem = ""
        except OSError as problem:
            self.problem = f"What you have seen is not remembered: {self._seen.path}: {problem.strerror}"

    # -- ways out

    def _tell(self, notices: list[Notice]) -> None:
        if not notices:
            return
        groups = [[notice] for notice in notices] if len(notices) <= ONE_BY_ONE else [notices]
        for group in groups:
            text = group[0].sentence if len(group) == 1 else summary(group)
            if self._settings.toast:
                level = cast(Literal["information", "warning", "error"], severity(group))
                self._console.notify(text, severity=level, timeout=12 if level == "error" else 8, markup=False)
            self._console.send(codes(self._way, TITLE, text))
        if self._settings.bell:
            self._console.bell()
