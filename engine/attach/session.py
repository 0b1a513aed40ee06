"""One console at the other end of standard streams: tells it what it wants to see, does what it asks."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import BinaryIO

from engine import __version__
from engine.attach.device_figures import OWN_MEMORY, worth_telling
from engine.attach.listing import Listing
from engine.attach.outbox import NobodyListensError, Outbox
from engine.attach.protocol import (
    BEAT_S,
    MAX_LINE_BYTES,
    Answer,
    Beat,
    Chunk,
    Figures,
    FileName,
    FromConsole,
    Hello,
    Ping,
    Request,
    Taken,
    Want,
    read_from_console,
)
from engine.attach.requests import answer, run_paths
from engine.attach.stretch import Stretch
from engine.attach.trend import Trend
from engine.errors import FinetopError
from engine.runs.catalogue import Catalogue
from engine.workspace import Workspace

LIVE_POLL_S = 0.2
IDLE_POLL_S = 1.0
FIGURES_S = 2.0
IDLE_FIGURES_S = 10.0
MOST_WAITING = 16
"""Requests that wait for their turn; further ones are refused."""
HANDS = 2
"""Threads that carry out requests: a resume waits for its worker."""

Followed = tuple[str, FileName]


class Session:
    """Lives as long as the connection. One thread writes, one reads, two carry out requests."""

    def __init__(
        self,
        workspace: Workspace,
        source: BinaryIO,
        sink: BinaryIO,
        *,
        readonly: bool = False,
        read_figures: Callable[[], dict[str, float]] | None = None,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.workspace, self.readonly = workspace, readonly
        self._source, self._outbox, self._now, self._clock = source, Outbox(sink, clock), now, clock
        self._read_figures = read_figures
        self._wake, self._ended = threading.Event(), threading.Event()
        self._heard: queue.Queue[Want] = queue.Queue(MOST_WAITING)
        self._asked: queue.Queue[Request] = queue.Queue(MOST_WAITING)
        self._answers: deque[Answer] = deque()
        self._catalogue = Catalogue(workspace, now, clock)
        self._listing = Listing(self._catalogue, clock)
        self._stretches: dict[Followed, Stretch] = {}
        self._trends: dict[str, Trend] = {}
        self._selected: tuple[str, ...] = ()
        self._visible: tuple[str, ...] = ()
        self._figures: dict[str, float] = {}
        self._figures_at = float("-inf")
        self.heard_at = clock()
        """When the console was last heard."""

    def run(self) -> None:
        """Serve until the console is gone."""
        for work in (self._listen, *[self._carry_out] * HANDS):
            threading.Thread(target=work, daemon=True).start()
        with contextlib.suppress(NobodyListensError):  # that is how it ends
            self._outbox.say(
                Hello(
                    version=__version__,
                    workspace=str(self.workspace.root)[:2000],
                    readonly=self.readonly,
                    now=self._now(),
                )
            )
            while not self._ended.is_set():
                self._wake.clear()
                more = self._turn()
                self._wake.wait(0.005 if more else LIVE_POLL_S if self._catalogue.live() else IDLE_POLL_S)

    def _turn(self) -> bool:
        """Look once, and tell what there is room for. Says whether more is waiting that needs no new look."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._follow(self._heard.get_nowait())
        if self._catalogue.refresh():
            self._listing.look()
        while self._answers and self._outbox.has_room:
            self._outbox.say(self._answers.popleft())
        more = self._tell_runs() | self._tell_files()
        self._tell_figures()
        if self._clock() - self._outbox.spoke_at >= BEAT_S:
            self._outbox.say(Beat(now=self._now()))
        return (more or not self._catalogue.complete) and self._outbox.has_room

    def _tell_runs(self) -> bool:
        trends = {run_id: self._trend(run_id) for run_id in self._visible}
        while self._outbox.has_room:
            news = self._listing.next(self._selected, {run_id: trend for run_id, trend in trends.items() if trend})
            if news is None:
                return False
            self._outbox.say(news)
        return True

    def _trend(self, run_id: str) -> tuple[float, ...]:
        trend = self._trends.get(run_id)
        if trend is None:
            paths = self._catalogue.paths(run_id)
            headline = self._catalogue.headline(run_id)
            if paths is None or not headline:
                return ()
            trend = self._trends[run_id] = Trend(paths.events, headline)
        return trend.read()

    def _tell_files(self) -> bool:
        """A piece of each file in turn, so that a long one holds up no other."""
        told = False
        for (run_id, name), stretch in self._stretches.items():
            if not self._outbox.has_room:
                return True
            piece = stretch.read()
            if piece is not None:
                told = True
                self._outbox.say(
                    Chunk(
                        run=run_id,
                        file=name,
                        mark=piece.mark,
                        offset=piece.offset,
                        anew=piece.anew,
                        data=piece.data.decode("latin-1"),
                        left=piece.left,
                    )
                )
        return told

    def _tell_figures(self) -> None:
        live = bool(self._catalogue.live())
        now = self._clock()
        if self._read_figures is None or now - self._figures_at < (FIGURES_S if live else IDLE_FIGURES_S):
            return
        # The first reading has no utilisation yet: that is measured between two.
        self._figures_at = now if self._figures_at > float("-inf") else now - IDLE_FIGURES_S + 1.0
        figures = self._read_figures()
        figures.pop(OWN_MEMORY, None)
        if worth_telling(self._figures, figures, live=live) and self._outbox.has_room:
            self._figures = figures
            self._outbox.say(Figures(values=figures))

    def _follow(self, want: Want) -> None:
        stretches: dict[Followed, Stretch] = {}
        names: tuple[FileName, ...] = ("status", "log", "events")
        for following in want.selected:
            try:
                paths = run_paths(self.workspace, following.run)
            except FinetopError:
                continue  # it was removed meanwhile, and the list says so
            files = {"status": paths.status, "log": paths.log, "events": paths.events}
            for name in names:
                key: Followed = (following.run, name)
                stretches[key] = self._stretches.get(key) or Stretch(
                    files[name], lines=name != "log", have=following.have.get(name)
                )
        self._stretches = stretches
        self._selected = tuple(following.run for following in want.selected)
        self._visible = tuple(want.visible)
        self._trends = {run_id: trend for run_id, trend in self._trends.items() if run_id in want.visible}

    # -- the other threads

    def _listen(self) -> None:
        """Read what the console says until it says nothing more."""
        try:
            while line := self._source.readline(MAX_LINE_BYTES + 1):
                self.heard_at = self._clock()
                self._take(read_from_console(line))
        except (OSError, ValueError, FinetopError):
            pass  # whoever says what cannot be understood is no console of ours
        finally:
            self._ended.set()
            self._wake.set()

    def _take(self, message: FromConsole) -> None:
        if isinstance(message, Taken):
            self._outbox.taken(message.count)
        elif isinstance(message, Want):
            self._heard.put(message)
        elif not isinstance(message, Ping):
            try:
                self._asked.put_nowait(message)
            except queue.Full:
                self._reply(Answer(id=message.id, error="too many requests wait there", fix="try again in a moment"))
        self._wake.set()

    def _carry_out(self) -> None:
        while not self._ended.is_set():
            self._reply(answer(self._asked.get(), self.workspace, readonly=self.readonly))

    def _reply(self, reply: Answer) -> None:
        self._answers.append(reply)
        self._wake.set()
