"""Where the logs of a model's requests lie: one for each deployment, and one for each time in production without."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from engine.errors import NotFoundError
from engine.registry.history import read_history
from engine.registry.paths import ModelHome
from engine.registry.standing import Standing
from engine.traffic.activity import Activity
from engine.traffic.deployment import Deployment, deployment_of
from engine.traffic.request_log import OF_PRODUCTION, RequestLog

FOLDER = "traffic"
_NAME = re.compile(rf"({OF_PRODUCTION})?\d{{1,9}}-[0-9a-f]{{1,16}}", re.ASCII)


def traffic_folder(home: ModelHome) -> Path:
    """`models/PROFILE/MODEL/traffic/`."""
    return home.root / FOLDER


def log_of(home: ModelHome, deployment: Deployment) -> RequestLog:
    """Requests that were answered during a deployment."""
    return RequestLog(traffic_folder(home) / deployment.id)


def log_of_production(home: ModelHome, version: int, promoted: float | None) -> RequestLog:
    """Requests that a version answered alone since it went into production."""
    return RequestLog(traffic_folder(home) / f"{OF_PRODUCTION}{version}-{int((promoted or 0) * 1000):x}")


def find_log(home: ModelHome, name: str) -> RequestLog:
    """A log by the name of its folder. Raises NotFoundError, for anything that is no such name too."""
    folder = traffic_folder(home) / name
    if not _NAME.fullmatch(name) or not folder.is_dir():
        raise NotFoundError("there is no such log of requests", where=name[:60], fix="give the id that came back")
    return RequestLog(folder)


def decided_since_promotion(home: ModelHome, standing: Standing) -> int:
    """Decisions of the version in production since it went there, in deployments too. Raises Unreadable."""
    version = standing.production
    if version is None:
        return 0
    logs = [log_of_production(home, version, standing.promoted)]
    for entry in read_history(home):
        if entry.action == "deploy" and entry.t >= (standing.promoted or 0):
            deployment = deployment_of(entry.detail.get("deployment"))
            if deployment is not None and deployment.production == version:
                logs.append(log_of(home, deployment))
    return sum(_decided(log, version) for log in logs)


def _decided(log: RequestLog, version: int) -> int:
    activity = Activity(log)
    activity.refresh()
    count = activity.totals.answered.get(version)
    return 0 if count is None else count.automatic + count.human


def as_entry(deployment: Deployment) -> dict[str, object]:
    """A deployment as an entry of the history holds it."""
    kept: dict[str, object] = msgspec.to_builtins(deployment)
    return kept
