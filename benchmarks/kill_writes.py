"""SIGKILL of `engine serve` as it promotes, takes feedback in and tells of it: what is torn, lost or doubled.

    python -m benchmarks.kill_writes --kills 50

Clients promote and roll back a model and send pictures all the time, and send again what was not answered. After
each kill the registry must be whole: a history that can be read, aliases that point at versions, each version as it
was registered. At the end each move and each picture that was answered must stand exactly once, and each promotion
must have reached the receiver, which fails now and then.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import io
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.kill_service import EMPTY_WITHIN_S, Receiver, started
from engine import api
from engine.feedback.store import read_feedback
from engine.registry.history import read_history
from engine.registry.integrity import problems_of
from engine.registry.standing import standing_of
from engine.registry.store import home_of, versions
from engine.webhooks.endpoints import add_endpoint
from engine.webhooks.spool import Spool
from engine.workspace import Workspace

DOORS = Path(__file__).parents[1] / "docs" / "examples" / "doors.yaml"
SCRIPTED = "finetop: 1\nname: plain\nmodels:\n  m:\n    task: noop\n    config: {script: [{report: {loss: 0.5}}]}\n"
LIVES_AT_MOST_S = 1.2
"""After it answers."""
MOST_SENT = 4
"""Pictures of a batch."""


@dataclass
class Clients:
    """What was sent, and what of it was answered."""

    chance: random.Random
    port: int = 0
    """Of the service that lives; 0 when none does."""
    moves: list[str] = field(default_factory=list)
    """Reasons of moves that were answered with 200."""
    pictures: set[str] = field(default_factory=set)
    """Labels of pictures that were answered."""
    sent: int = 0
    repeated: int = 0
    """Batches that were sent again."""
    stop: threading.Event = field(default_factory=threading.Event)

    def move(self) -> None:
        """Promote or roll back, each time for another reason."""
        number = 0
        while not self.stop.is_set():
            number += 1
            why = f"move {number}"
            version = str(self.chance.randint(1, 3))
            path, body = ("promote", {"version": version, "why": why, "force": True})
            if number % 3 == 0:
                path, body = ("rollback", {"why": why})
            if self._ask(f"/models/plain/m/{path}", body) is not None:
                self.moves.append(why)

    def feed(self) -> None:
        """Send pictures; a batch that was not answered is sent again, as any client would."""
        while not self.stop.is_set():
            numbers = range(self.sent, self.sent + self.chance.randint(1, MOST_SENT))
            self.sent = numbers.stop
            batch = {
                "profile": "doors",
                "model": "recogniser",
                "train": False,
                "items": [_item(one) for one in numbers],
            }
            while (answer := self._ask("/api/finetune", batch)) is None and not self.stop.is_set():
                self.repeated += 1
            if answer is not None:
                self.pictures |= {_label(one) for one in numbers}

    def _ask(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        if not self.port:
            time.sleep(0.02)
            return None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as problem:
            if problem.code >= 500:
                raise
            return None  # in production already, or nothing to go back to
        except (OSError, http.client.HTTPException, ValueError):
            return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=6)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        workspace = Workspace(Path(directory) / "workspace")
        sys.exit(not survives(workspace, given.kills, random.Random(given.seed)))


def survives(workspace: Workspace, kills: int, chance: random.Random) -> bool:
    """Whether nothing was torn, lost or doubled."""
    _three_versions(workspace)
    receiver = Receiver(chance)
    endpoint = add_endpoint(workspace, receiver.url, allow_private=True)
    receiver.secret = endpoint.secret
    clients, problems = Clients(chance), list[str]()
    threads = [threading.Thread(target=work) for work in (clients.move, clients.feed)]
    for thread in threads:
        thread.start()
    log = workspace.root / "service.log"
    for number in range(kills):
        service, clients.port = started(workspace, log, profile=DOORS)
        time.sleep(chance.uniform(0.0, LIVES_AT_MOST_S))
        os.kill(service.pid, signal.SIGKILL)
        clients.port = 0
        service.wait()
        problems += _problems(workspace, number)
        print(f"\rkill {number + 1} of {kills}", end="", file=sys.stderr, flush=True)
    service, clients.port = started(workspace, log, profile=DOORS)
    _until(lambda: bool(clients.moves), 10)
    clients.stop.set()
    for thread in threads:
        thread.join()
    spool = Spool(workspace, endpoint.id)
    _until(lambda: _told(workspace, spool, receiver), EMPTY_WITHIN_S)
    service.terminate()
    service.wait()
    print(file=sys.stderr)
    return _report(workspace, kills, clients, receiver, problems)


def _report(workspace: Workspace, kills: int, clients: Clients, receiver: Receiver, problems: list[str]) -> bool:
    moves = Counter(entry.why for entry in read_history(home_of(workspace, "plain", "m")))
    kept = Counter(record.label for record in read_feedback(workspace, "doors", "recogniser").records)  # type: ignore[union-attr]
    lost_moves, twice = set(clients.moves) - set(moves), [why for why, times in moves.items() if times > 1]
    lost, doubled = clients.pictures - set(kept), [label for label, times in kept.items() if times > 1]
    untold = _untold(workspace, receiver)
    print(f"registry: {kills} kills, {len(problems)} times not whole {problems[:3] or ''}")
    print(
        f"moves: {sum(moves.values())} stand, {len(clients.moves)} answered, {len(lost_moves)} lost, "
        f"{len(twice)} twice"
    )
    print(
        f"feedback: {len(kept)} pictures stand, {len(clients.pictures)} answered, {clients.repeated} batches sent "
        f"again, {len(lost)} lost, {len(doubled)} doubled"
    )
    told = [id for id in receiver.taken if id.startswith("model.promoted:")]
    more = sum(receiver.taken[id] > 1 for id in told)
    print(f"webhooks: {len(told)} promotions told, {len(untold)} never, {more} more than once")
    return not (problems or lost_moves or twice or lost or doubled or untold)


def _problems(workspace: Workspace, number: int) -> list[str]:
    home = home_of(workspace, "plain", "m")
    found = versions(workspace, "plain", "m")
    wrong = [text for version in found for text in problems_of(version.paths, version.manifest, whole=True)]
    standing = standing_of(home)
    pointed = {standing.production, standing.previous, standing.staging} - {None}
    wrong += [f"an alias points at @{one}" for one in pointed - {version.number for version in found}]
    return [f"after kill {number + 1}: {text}" for text in wrong]


def _untold(workspace: Workspace, receiver: Receiver) -> set[int]:
    """Moves into production that never reached the receiver."""
    entries = read_history(home_of(workspace, "plain", "m"))
    wanted = {entry.seq for entry in entries if entry.action in ("promote", "rollback")}
    told = {int(id.rpartition(":")[2]) for id in receiver.taken if id.startswith("model.promoted:")}
    return wanted - told


def _told(workspace: Workspace, spool: Spool, receiver: Receiver) -> bool:
    spool.retry(time.time())  # what failed need not wait for hours here
    return not _untold(workspace, receiver)


def _three_versions(workspace: Workspace) -> None:
    profile = workspace.root.parent / "plain.yaml"
    profile.write_text(SCRIPTED)
    for _ in range(3):
        (handle,) = api.train(str(profile), workspace=workspace)
        handle.wait(60)


def _label(number: int) -> str:
    return f"person-{number:06d}"


def _item(number: int) -> dict[str, str]:
    pixels = np.random.default_rng(number).integers(0, 256, (16, 16), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return {
        "image": "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode(),
        "label": _label(number),
        "kind": "correction",
        "source": "door",
        "who": "guard 4",
        "when": "2026-03-01T14:05:00+01:00",
    }


def _until(holds: Callable[[], bool], patience_s: float) -> None:
    until = time.monotonic() + patience_s
    while not holds() and time.monotonic() < until:
        time.sleep(0.5)


if __name__ == "__main__":
    main()
