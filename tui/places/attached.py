"""A workspace elsewhere as the feed reads it: its link, its mirror, and the readers of the copies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.feed.model import PlaceInfo, RunDetail, RunInfo, Wanted
from tui.places.address import Address
from tui.places.cleaned_detail import cleaned_detail
from tui.places.link import Link
from tui.places.mirror import Mirror
from tui.places.remote import RemotePlace
from tui.places.transport import command

if TYPE_CHECKING:
    from tui.feed.follow import Follower

MOST_SERIES = 1000
"""A run with more metrics than this is read no further: nobody looks at them, and each costs memory."""


class Attached:
    """Everything of one machine. Started by the feed, asked by its thread alone; only `place` is for others."""

    def __init__(
        self,
        name: str,
        address: Address,
        ssh: Iterable[str],
        *,
        engine: str = "engine",
        readonly: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.name, self._now = name, now
        self._mirror = Mirror(name, now)
        self._changed: Callable[[], object] = lambda: None
        words = command(address, list(ssh), engine=engine, readonly=readonly)
        self._link = Link(words, self._mirror, lambda: self._changed(), engine=engine, now=now)
        self._followers: dict[str, Follower] = {}
        self._cleaned: dict[str, tuple[RunDetail, RunDetail]] = {}
        self._wanted = Wanted()
        self.place = RemotePlace(name, self._link, readonly=readonly)

    def start(self, changed: Callable[[], object]) -> None:
        """Connect; `changed` is called whenever there is something new."""
        self._changed = changed
        self._link.start()

    def stop(self) -> None:
        """End the connection, and remove what was copied."""
        self._link.stop()
        self._mirror.close()

    def want(self, wanted: Wanted) -> None:
        """What is on screen; the ids of other machines among it are left out."""
        self._wanted = Wanted(self._own(wanted.selected), self._own(wanted.visible))
        if self._mirror.want(self._wanted.selected, self._wanted.visible):
            self._link.tell_wanted()

    def runs(self) -> tuple[RunInfo, ...]:
        """Its runs, newest first."""
        return self._mirror.runs()

    def details(self, budget_s: float = 0.1) -> dict[str, RunDetail]:
        """What is known of the runs on screen; reads on in their copies for about as long as the budget."""
        selected = self._wanted.selected
        for run_id in self._followers.keys() - set(selected):
            del self._followers[run_id]
            self._cleaned.pop(run_id, None)
        found: dict[str, RunDetail] = {}
        for run_id in self._wanted.visible:
            trend = self._mirror.trend(run_id)
            if trend and run_id not in selected:
                found[self._public(run_id)] = RunDetail(revision=hash(trend), trend=trend, complete=True)
        for place, run_id in enumerate(selected):
            headline = self._mirror.headline(run_id)
            if headline is not None:
                budget = budget_s if not place else budget_s / 4
                found[self._public(run_id)] = self._detail(run_id, headline, budget)
        return found

    def info(self) -> PlaceInfo:
        """How it stands with the machine itself."""
        link, hello = self._link, self._link.hello
        # While it is connected nobody asks since when, and a picture is only new where something is.
        seen_at = None if hello is not None else link.seen_at
        return PlaceInfo(
            name=self.name,
            connected=hello is not None,
            listed=self._mirror.listed,
            problem=link.problem,
            seen_at=seen_at,
            silent_min=int(max(0.0, self._now() - seen_at) // 60) if seen_at is not None else 0,
            figures=self._mirror.figures(),
            readonly=hello is not None and hello.readonly,
        )

    def _detail(self, run_id: str, headline: str, budget_s: float) -> RunDetail:
        from tui.feed.follow import Follower

        paths, arrived, cut = self._mirror.copy(run_id)
        follower = self._followers.get(run_id)
        if follower is None:
            follower = self._followers[run_id] = Follower(paths, headline)
        detail = follower.detail()
        if len(detail.series) <= MOST_SERIES:
            follower.advance(budget_s)
            detail = follower.detail()
        known = self._cleaned.get(run_id)
        complete = detail.complete and (arrived or cut)
        if known is None or known[0] is not detail or known[1].complete != complete:
            known = self._cleaned[run_id] = detail, replace(cleaned_detail(detail, MOST_SERIES), complete=complete)
        return known[1]

    def _own(self, run_ids: Iterable[str]) -> tuple[str, ...]:
        pairs = (run_id.rpartition(":") for run_id in run_ids)
        return tuple(own for place, _, own in pairs if place == self.name)

    def _public(self, run_id: str) -> str:
        return f"{self.name}:{run_id}"


def by_name(attached: Iterable[Attached]) -> Mapping[str, Attached]:
    """Each by its name."""
    return {machine.name: machine for machine in attached}
