"""The one background thread that reads the disk. A stat poll is the truth, watchfiles the hint that makes it instant.

(inotify is blind on NFS, Lustre and sshfs; a poll is not.)
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.feed.memory import keep_little
from tui.feed.model import RunDetail, RunInfo, Snapshot, SnapshotTaken, Wanted

if TYPE_CHECKING:
    from engine.runs.catalogue import Catalogue
    from engine.workspace import Workspace
    from tui.feed.follow import Follower
    from tui.places.attached import Attached

SMALL_BYTES = 8 * 1024 * 1024
"""A run whose row alone is on screen is read for its sparkline only if its events are not longer than this."""
OWN_MEMORY = "process/memory_mib"
"""The console's own: of no interest to the operator."""
NARROW_AFTER_S = 20.0
"""A run that was selected is kept whole for so long: the cursor often comes back."""
SWITCH_S = 0.0005
"""For how long this thread may compute while the one that answers keys waits; Python's own is ten times as long."""
FIRST_LOOK_S, MOST_LOOK_S = 0.05, 0.4
"""For how long unseen runs are looked at before the picture is shown."""
WATCHED_RUNS = 32
"""Directories watched with inotify; the poll sees the rest."""


@dataclass(frozen=True)
class Pace:
    """How often the feed looks and speaks, in seconds."""

    poll_s: float = 0.4
    """Between two looks at the disk where nothing hints at a change."""
    speak_s: float = 0.25
    """Between two pictures."""
    figures_s: float = 2.0
    """Between two readings of the devices while a run is live."""
    idle_figures_s: float = 10.0
    """The same where none is."""


FULL_PACE = Pace()
LOW_BANDWIDTH_PACE = Pace(poll_s=0.5, speak_s=0.5, figures_s=5.0, idle_figures_s=30.0)


class Feed:
    """Makes a `Snapshot` whenever something changed, and hands it to `speak` from its own thread."""

    def __init__(
        self,
        workspace: Workspace,
        speak: Callable[[SnapshotTaken], object],
        *,
        pace: Pace = FULL_PACE,
        now: Callable[[], float] = time.time,
        read_figures: Callable[[], dict[str, float]] | None = None,
        attached: Sequence[Attached] = (),
    ) -> None:
        self.workspace, self.pace, self.attached = workspace, pace, attached
        self._speak, self._now, self._read_figures = speak, now, read_figures
        self.polls = 0
        """Looks at the disk so far."""
        self._wanted = Wanted()
        self._wake, self._stop = threading.Event(), threading.Event()
        self._asked = threading.Event()
        """Set where an operator waits for the answer; `_wake` where a file changed."""
        self._thread: threading.Thread | None = None
        self._watcher: _Watcher | None = None
        self._followers: dict[str, Follower] = {}
        self._selected_at: dict[str, float] = {}
        self._figures: dict[str, float] = {}
        self._figures_at = float("-inf")

    def start(self) -> None:
        """Begin to read; returns at once."""
        sys.setswitchinterval(SWITCH_S)
        keep_little()
        for machine in self.attached:
            machine.start(self._wake.set)
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, and wait for it."""
        self._stop.set()
        self.nudge()
        if self._thread is not None:
            self._thread.join(5)
        for machine in self.attached:
            machine.stop()

    def want(self, wanted: Wanted) -> None:
        """Say what is on screen; a change is read at once."""
        if wanted != self._wanted:
            self._wanted = wanted
            self.nudge()

    def nudge(self) -> None:
        """Look now: the console itself changed something."""
        self._asked.set()
        self._wake.set()

    def _run(self) -> None:
        from engine.runs.catalogue import Catalogue

        catalogue = Catalogue(self.workspace, self._now)
        self._watcher = _Watcher(self._wake)
        last_key: object = None
        budget_s = FIRST_LOOK_S
        try:
            while not self._stop.is_set():
                self._asked.clear()
                self._wake.clear()
                began = time.monotonic()
                catalogue.refresh(budget_s)
                # The first rows come at once; then fewer and longer looks, because each picture has them all.
                budget_s = MOST_LOOK_S if catalogue.complete else min(MOST_LOOK_S, 2 * budget_s)
                self.polls += 1
                self._follow(catalogue)
                self._take_figures(bool(catalogue.live()), began)
                snapshot = self._picture(catalogue)
                key = _key(snapshot)
                if key != last_key:
                    last_key = key
                    self._speak(SnapshotTaken(snapshot))
                self._watch(catalogue)
                # What other machines have still to send, they announce.
                busy = not (catalogue.complete and all(follower.complete for follower in self._followers.values()))
                # A hint is answered at once, but never sooner than the next picture may be shown; an operator
                # who looks at something else is answered now.
                self._asked.wait(max(0.0, (0.02 if busy else self.pace.speak_s) - (time.monotonic() - began)))
                if not busy:
                    self._wake.wait(max(0.0, self.pace.poll_s - (time.monotonic() - began)))
        finally:
            self._watcher.stop()

    def _follow(self, catalogue: Catalogue) -> None:
        from tui.feed.follow import Follower

        wanted = self._wanted
        names = [*wanted.selected, *(name for name in wanted.visible if name not in wanted.selected)]
        began = time.monotonic()
        for name in self._followers.keys() - set(names):
            del self._followers[name]
            self._selected_at.pop(name, None)
        for name in names:
            info, paths = catalogue.info(name), catalogue.paths(name)
            if info is None or info.view is None or paths is None:
                continue
            follower = self._followers.get(name)
            selected = name in wanted.selected
            if follower is None or (selected and not follower.whole):
                if not selected and _size(paths.events) > SMALL_BYTES:
                    continue
                follower = self._followers[name] = Follower(paths, info.view.headline, whole=selected)
            elif not selected and began - self._selected_at.get(name, began) > NARROW_AFTER_S:
                follower.narrow()
            if selected:
                self._selected_at[name] = began
            follower.advance(0.2 if selected else 0.02)

    def _take_figures(self, live: bool, at: float) -> None:
        every = self.pace.figures_s if live else self.pace.idle_figures_s
        if self._read_figures is None or at - self._figures_at < every:
            return
        # The first reading has no utilisation yet: that is measured between two.
        self._figures_at = at if self._figures else at - every + 1.0
        figures = self._read_figures()
        figures.pop(OWN_MEMORY, None)
        self._figures = figures if live else held_still(figures, self._figures)

    def _picture(self, catalogue: Catalogue) -> Snapshot:
        details: dict[str, RunDetail] = {name: follower.detail() for name, follower in self._followers.items()}
        runs = catalogue.runs()
        for machine in self.attached:
            machine.want(self._wanted)
            runs += machine.runs()
            details |= machine.details()
        places = tuple(machine.info() for machine in self.attached)
        if places:
            runs = tuple(sorted(runs, key=_newest_first, reverse=True))
        return Snapshot(
            runs=runs,
            places=places,
            details=details,
            figures=self._figures,
            now=self._now(),
            listed=catalogue.listed,
            complete=catalogue.complete
            and all(detail.complete for detail in details.values())
            and all(place.listed or place.problem for place in places),
        )

    def _watch(self, catalogue: Catalogue) -> None:
        live = sorted((paths.root for paths in catalogue.live()), reverse=True)[:WATCHED_RUNS]
        if self._watcher is not None:
            self._watcher.watch([path for path in (self.workspace.runs, *live) if path.is_dir()])


class _Watcher:
    """Sets an event when a file in one of some directories changes. A thread of its own, replaced with its set."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake
        self._stop: threading.Event | None = None
        self._watched: list[Path] = []

    def watch(self, directories: list[Path]) -> None:
        if directories == self._watched:
            return
        self.stop()
        self._watched = directories
        if directories:
            self._stop = threading.Event()
            threading.Thread(
                target=self._listen, args=(directories, self._stop), name="watchfiles", daemon=True
            ).start()

    def stop(self) -> None:
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def _listen(self, directories: list[Path], stop: threading.Event) -> None:
        from watchfiles import watch

        # Where inotify has no watches left, or a directory went away, the poll alone goes on.
        with contextlib.suppress(OSError, RuntimeError):
            for _ in watch(
                *directories, recursive=False, debounce=50, step=20, stop_event=stop, rust_timeout=1000,
                raise_interrupt=False, watch_filter=None,
            ):  # fmt: skip
                self._wake.set()


def held_still(figures: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """Figures while nothing trains, so coarse that they hold still: an idle screen sends nothing.

    One changes only once it is a whole step from what stands there, or it would flicker at the edge between two.
    """
    still = {}
    for name, value in figures.items():
        step = 512.0 if name.endswith("_mib") else 10.0
        held = before.get(name)
        if "total" in name:
            still[name] = value
        elif held is not None and held % step == 0 and abs(value - held) < step:
            still[name] = held
        else:
            still[name] = round(value / step) * step
    return still


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _key(snapshot: Snapshot) -> object:
    """What makes a picture worth showing: the time of taking it does not."""
    # A run that is read again because it was selected can stand at the same revision, with more series.
    revisions = tuple(
        (name, detail.revision, detail.complete, len(detail.series)) for name, detail in snapshot.details.items()
    )
    return snapshot.runs, revisions, snapshot.figures, snapshot.places, snapshot.listed, snapshot.complete


def _newest_first(run: RunInfo) -> str:
    """The id without its machine begins with the time."""
    return run.id.rpartition(":")[2]
