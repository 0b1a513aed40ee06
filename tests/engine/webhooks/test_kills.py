"""SIGKILL at random moments: nothing that was taken in is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from engine.webhooks.delivery import deliver_due
from engine.webhooks.endpoints import Endpoint
from engine.webhooks.spool import Spool
from engine.workspace import Workspace

from .receiver import Receiver, answered

KILLS = 20
TELL_AND_DELIVER = """
import sys
from pathlib import Path
from engine.webhooks.delivery import deliver_due
from engine.webhooks.queue import enqueue
from engine.workspace import Workspace

workspace, name, taken_in = Workspace(Path(sys.argv[1])), sys.argv[2], open(sys.argv[3], "ab", buffering=0)
print("ready", flush=True)
for number in range(10_000):
    id = f"run.finished:{name}:{number}"
    enqueue(workspace, "run.finished", id, {"run": name})
    taken_in.write(f"{id}\\n".encode())
    deliver_due(workspace)
"""


@pytest.mark.slow
def test_deliverers_that_are_killed_lose_nothing(
    workspace: Workspace, receiver: Receiver, endpoint: Endpoint, tmp_path: Path
) -> None:
    chance = random.Random(6)
    accepted: Counter[str] = Counter()

    def sometimes(handler: BaseHTTPRequestHandler) -> None:
        if chance.random() < 0.2:
            receiver.hang_up(handler) if chance.random() < 0.5 else answered(handler, 500)
            return
        accepted[receiver.got[-1].event["id"]] += 1
        answered(handler, 204)

    receiver.answers["/hook"] = [sometimes]
    taken_in = tmp_path / "taken-in"
    for kill in range(0, KILLS, 2):
        arguments = [sys.executable, "-c", TELL_AND_DELIVER, str(workspace.root)]
        pair = [
            subprocess.Popen([*arguments, f"r{kill + each}", str(taken_in)], stdout=subprocess.PIPE)
            for each in range(2)
        ]
        for process in pair:
            assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        for process in pair:
            time.sleep(chance.uniform(0.0, 0.25))
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
    now = time.time()
    for _ in range(100):
        now += 3600
        done = deliver_due(workspace, now)
        if not done.waiting:
            break
    told = taken_in.read_text().split()
    assert len(told) > KILLS and not done.waiting and not Spool(workspace, endpoint.id).dead()
    assert not set(told) - set(accepted), "lost"
    assert len({got.message for got in receiver.got}) == len({got.event["id"] for got in receiver.got})
    assert all(got.is_signed_with(endpoint.secret) for got in receiver.got)
    print(f"{len(told)} events, {sum(accepted.values()) - len(accepted)} delivered twice")
