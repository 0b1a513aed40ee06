"""How a model is used: its A/B and its triggers, read beside the registry. Slow: call in threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import FinetopError
from engine.registry.paths import ModelHome
from engine.registry.standing import standing_of
from engine.registry.store import home_of
from engine.workspace import Workspace
from tui.models.reader import stamp_of

if TYPE_CHECKING:
    from engine.traffic.status import Follower, Status
    from engine.triggers.listing import Listed

TRIGGERS = "triggers.jsonl"
TRIGGERS_S = 15.0
"""Triggers are asked so often, though nothing fired: what they would say now changes with the feedback."""


@dataclass(frozen=True)
class UseSeen:
    """What is known of one model."""

    model: str
    """`utility/ner`."""
    traffic: Status | None = None
    """None where nothing is deployed."""
    triggers: tuple[Listed, ...] = ()
    problems: tuple[str, str] = ("", "")
    """Why the A/B cannot be told, and why the triggers cannot."""


class UseReader:
    """For one thread."""

    def __init__(self, workspace: Workspace, now: Callable[[], float] = time.time) -> None:
        self._workspace, self._now = workspace, now
        self.chosen = ""
        """The model that is read."""
        self._follower: Follower | None = None
        self._traffic_key: object = None
        self._traffic: tuple[Status | None, str] = (None, "")
        self._triggers_key: object = None
        self._triggers_at = float("-inf")
        self._triggers: tuple[tuple[Listed, ...], str] = ((), "")
        self._last: UseSeen | None = None

    def read(self) -> UseSeen | None:
        """What there is now; None where nothing changed since the last call."""
        profile, _, model = self.chosen.partition("/")
        if not model:
            return None
        home = home_of(self._workspace, profile, model)
        status, trouble = self._read_traffic(home)
        listed, problem = self._read_triggers(home)
        found = UseSeen(home.name, status, listed, (trouble, problem))
        if found == self._last:
            return None
        self._last = found
        return found

    def _read_traffic(self, home: ModelHome) -> tuple[Status | None, str]:
        from engine.traffic.deployment import deployment_of
        from engine.traffic.logs import log_of
        from engine.traffic.status import Follower

        try:
            deployment = deployment_of(standing_of(home).deployment)
            if deployment is None:
                self._traffic_key = None
                return None, ""
            folder = log_of(home, deployment).folder
            files = tuple((path.name, stamp_of(path)) for path in sorted(folder.glob("*.jsonl")))
            key = (home.name, deployment, files)
            if key != self._traffic_key:
                if self._follower is None or self._follower.id != deployment.id:
                    self._follower = Follower(home, deployment)
                self._traffic = self._follower.status(deployment), ""
                self._traffic_key = key
        except FinetopError as problem:
            self._traffic_key = None
            return None, str(problem)
        return self._traffic

    def _read_triggers(self, home: ModelHome) -> tuple[tuple[Listed, ...], str]:
        from engine.triggers.listing import listed

        key, moment = (home.name, stamp_of(home.root / TRIGGERS)), time.monotonic()
        if key == self._triggers_key and moment - self._triggers_at < TRIGGERS_S:
            return self._triggers
        self._triggers_key, self._triggers_at = key, moment
        try:
            found = listed(self._workspace, [home.profile], self._now())
            self._triggers = tuple(one for one in found if one.model == home.model), ""
        except FinetopError as problem:
            self._triggers = (), str(problem)
        return self._triggers
