"""What a service calls for each request: who answers, what is written down of it, what came of it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from engine.errors import InputError, NotFoundError
from engine.registry.manifest import AUTOMATIC
from engine.registry.paths import ModelHome
from engine.registry.standing import Standing, Watched
from engine.registry.store import Version
from engine.registry.thresholds import thresholds_of
from engine.traffic.assignment import Arm, arm_of, checked_key, key_hash
from engine.traffic.decisions import confidence_of, decide, digest_of, threshold_in_force
from engine.traffic.deploying import Stepped, step
from engine.traffic.deployment import Deployment, deployment_of
from engine.traffic.logs import decided_since_promotion, find_log, log_of, log_of_production
from engine.traffic.outcomes import Outcome, Outcomes, Taken, judged_by
from engine.traffic.request_log import Answer, Request, RequestLog
from engine.traffic.status import Follower


@dataclass(frozen=True)
class Route:
    """Who answers a request."""

    key: str
    """As it was given, or a new one, which goes back to the caller: the same key is answered by the same version."""
    arm: Arm
    version: int
    shadow: int | None
    """The version that sees the request too, and whose answer nobody gets."""
    share: float
    log: RequestLog
    hash: str
    """Stands for the key on disk."""


class Router:
    """The traffic of one model. Threads may share it; nothing is kept in memory that the disk does not have."""

    def __init__(self, home: ModelHome) -> None:
        self.home = home
        self._watched = Watched(home)
        self._lock, self._taking, self._stepping = threading.Lock(), threading.Lock(), threading.Lock()
        self._deployment: tuple[dict[str, Any] | None, Deployment | None] = (None, None)
        self._versions: dict[int, Version] = {}
        self._decided: tuple[tuple[int | None, float | None], int] = ((None, None), 0)
        self._outcomes: dict[str, Outcomes] = {}
        self._follower: Follower | None = None

    def route(self, key: str | None = None) -> Route:
        """Who answers a key. Raises NotFoundError where nothing is in production, InputError for a bad key."""
        key = checked_key(key)
        standing, deployment = self._now()
        if standing.production is None:
            raise NotFoundError(
                f"{self.home.name} has nothing in production", fix=f"`engine models promote {self.home.name}@N`"
            )
        if deployment is None:
            log = log_of_production(self.home, standing.production, standing.promoted)
            # Without a deployment nothing is counted by key, and nothing is kept that a key could be guessed from.
            return Route(key, "production", standing.production, None, 0.0, log, secrets.token_hex(8))
        arm = arm_of(deployment, key)
        return Route(
            key=key,
            arm=arm,
            version=deployment.candidate if arm == "candidate" else deployment.production,
            shadow=deployment.candidate if deployment.is_shadow else None,
            share=deployment.share,
            log=log_of(self.home, deployment),
            hash=key_hash(deployment.salt, key),
        )

    def answer(self, version: int, prediction: Mapping[str, Any] | None, ms: float) -> Answer:
        """What is written down of a prediction (None: it failed), with the decision: is it acted on, or verified by a
        person first?"""
        if prediction is None:
            return Answer(version=version, ms=ms, failed=True)
        confidence = confidence_of(prediction)
        return Answer(
            version=version,
            ms=ms,
            confidence=confidence,
            decision=decide(confidence, self.threshold(version)),
            digest=digest_of(prediction),
        )

    def threshold(self, version: int) -> float | None:
        """The automatic threshold in force: of a candidate, and of a version that is new in production, it is
        raised. None where the version has none."""
        standing, _ = self._now()
        found = self._version(version)
        decided = self._decided_by(standing) if version == standing.production else 0
        return threshold_in_force(thresholds_of(found, standing).get(AUTOMATIC), found.manifest.decisions, decided)

    def record(self, answered: Sequence[tuple[Route, Answer, Answer | None]]) -> list[str]:
        """Write requests down, before they are answered; their ids, by which outcomes name them. Each has its answer
        and that of the shadow. Raises WorkError, OSError."""
        ids: dict[int, str] = {}
        logs = {route.log.folder: route.log for route, _, _ in answered}
        for folder, log in logs.items():
            at = [place for place, (route, _, _) in enumerate(answered) if route.log.folder == folder]
            written = log.append([_request(*answered[place]) for place in at])
            ids |= {place: f"{folder.name}.{one.id}" for place, one in zip(at, written, strict=True)}
        with self._lock:
            (version, promoted), decided = self._decided
            decided += sum(bool(answer.decision) for _, answer, _ in answered if answer.version == version)
            self._decided = (version, promoted), decided
        return [ids[place] for place in range(len(answered))]

    def take(self, outcomes: Sequence[Outcome]) -> list[Taken]:
        """What turned out right or wrong; `request` is an id of `record`. Those of one log are taken all or none.
        Raises NotFoundError for an unknown request."""
        by_log: dict[str, list[int]] = {}
        for place, outcome in enumerate(outcomes):
            by_log.setdefault(_split(outcome.request)[0], []).append(place)
        found = {name: self._outcomes_of(name) for name in by_log}
        taken: dict[int, Taken] = {}
        for name, places in by_log.items():
            ours = [
                msgspec.structs.replace(outcomes[place], request=_split(outcomes[place].request)[1])
                for place in places
            ]
            with self._taking:
                taken |= dict(zip(places, found[name].add(ours), strict=True))
        return [taken[place] for place in range(len(outcomes))]

    def correct(self, request: str, right: Mapping[str, Any], source: str = "") -> Taken:
        """The right answer to a request, in the form of a prediction: says of both versions whether they were right.
        Raises NotFoundError, and InputError for tasks whose answers are never equal."""
        name, id = _split(request)
        outcome = judged_by(find_log(self.home, name).find(id), digest_of(right), source)
        return self.take([msgspec.structs.replace(outcome, request=request)])[0]

    def step(self) -> Stepped:
        """Do what the deployment's rules say (engine.traffic.deploying.step), reading only what is new."""
        with self._stepping:
            _, deployment = self._now()
            if deployment is not None and (self._follower is None or self._follower.id != deployment.id):
                self._follower = Follower(self.home, deployment)
            return step(self.home, self._follower)

    def _now(self) -> tuple[Standing, Deployment | None]:
        standing = self._watched.standing()
        kept, deployment = self._deployment
        if standing.deployment is not kept:
            deployment = deployment_of(standing.deployment)
            self._deployment = standing.deployment, deployment
        return standing, deployment

    def _version(self, number: int) -> Version:
        return self._versions.setdefault(number, Version(self.home, number))

    def _decided_by(self, standing: Standing) -> int:
        with self._lock:
            if self._decided[0] != (standing.production, standing.promoted):
                known = decided_since_promotion(self.home, standing)
                self._decided = (standing.production, standing.promoted), known
            return self._decided[1]

    def _outcomes_of(self, name: str) -> Outcomes:
        log = find_log(self.home, name)
        with self._taking:
            return self._outcomes.setdefault(name, Outcomes(log))


def _request(route: Route, answer: Answer, shadow: Answer | None) -> Request:
    return Request(t=time.time(), key=route.hash, arm=route.arm, share=route.share, answer=answer, shadow=shadow)


def _split(id: str) -> tuple[str, str]:
    """The log and the id in it."""
    log, dot, rest = id.partition(".")
    if not dot:
        raise InputError("this is no id of a request", where=id[:60], fix="give the id that came with the answer")
    return log, rest
