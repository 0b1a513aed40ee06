"""SIGKILL of `engine serve` at random moments: what is lost, what is doubled.

    python -m benchmarks.kill_service --kills 50

Webhooks: this process tells events as the workers of runs do, a receiver on loopback fails now and then, and the
service that delivers is killed and started again. At the end each event that was taken in must have arrived.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec

from engine.webhooks.endpoints import Endpoint, add_endpoint
from engine.webhooks.queue import enqueue
from engine.webhooks.signing import verify
from engine.webhooks.spool import Spool
from engine.workspace import Workspace

LIVES_AT_MOST_S = 1.5
"""After it answers; the service looks every second whether something is due."""
TELL_EVERY_S = 0.02
FAILS = 0.1
"""Share of messages that the receiver refuses, and as many that it breaks off."""
EMPTY_WITHIN_S = 120.0


class Receiver:
    """Takes events in, slowly and not always."""

    def __init__(self, chance: random.Random) -> None:
        self.secret = ""
        self.taken: Counter[str] = Counter()
        self.under_way = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                verify(outer.secret, dict(self.headers.items()), body)
                outer.count(1)
                try:
                    time.sleep(chance.uniform(0.0, 0.02))
                    drawn = chance.random()
                    if drawn < FAILS:
                        self.connection.shutdown(socket.SHUT_RDWR)
                        return
                    if drawn >= 2 * FAILS:
                        # Taken in, whether the sender lives to hear of it or not.
                        outer.taken[msgspec.json.decode(body)["id"]] += 1
                    self.send_response(500 if drawn < 2 * FAILS else 204)
                    self.end_headers()
                finally:
                    outer.count(-1)

            def log_message(self, *_: Any) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *_: None  # type: ignore[method-assign] (a killed sender is expected)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def count(self, change: int) -> None:
        with self._lock:
            self.under_way += change


@contextmanager
def telling(workspace: Workspace) -> Iterator[list[str]]:
    """Events are taken in all the time; the list grows by each that was."""
    told: list[str] = []
    stop = threading.Event()

    def tell() -> None:
        while not stop.wait(TELL_EVERY_S):
            id = f"run.finished:run-{len(told)}:1"
            enqueue(workspace, "run.finished", id, {"run": f"run-{len(told)}"})
            told.append(id)

    thread = threading.Thread(target=tell)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()


def started(workspace: Workspace, log: Path, profile: Path | None = None) -> tuple[subprocess.Popen[bytes], int]:
    """A service that answers, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "engine", "serve", "--port", str(port), "--workspace", str(workspace.root)]
    command += ["--profile", str(profile)] if profile is not None else []
    with log.open("ab") as output:
        service = subprocess.Popen(command, stdout=output, stderr=output)
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return service, port
        except OSError:
            if service.poll() is not None:
                sys.exit(f"the service ended by itself:\n{log.read_text()[-2000:]}")
            time.sleep(0.02)


def webhooks(workspace: Workspace, kills: int, chance: random.Random) -> bool:
    """Kills the service as it delivers; whether every event arrived."""
    receiver = Receiver(chance)
    endpoint: Endpoint = add_endpoint(workspace, receiver.url, allow_private=True)
    receiver.secret = endpoint.secret
    spool, log, in_flight = Spool(workspace, endpoint.id), workspace.root / "service.log", 0
    with telling(workspace) as told:
        for number in range(kills):
            service, _ = started(workspace, log)
            time.sleep(chance.uniform(0.0, LIVES_AT_MOST_S))
            in_flight += receiver.under_way > 0
            os.kill(service.pid, signal.SIGKILL)
            service.wait()
            print(f"\rkill {number + 1} of {kills}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    service, _ = started(workspace, log)
    until = time.monotonic() + EMPTY_WITHIN_S
    while spool.waiting() and time.monotonic() < until:
        spool.retry(time.time())  # what failed need not wait for hours here
        time.sleep(1.0)
    service.terminate()
    service.wait()
    waiting = {spool.id_of(each) for each in spool.waiting()}
    lost = set(told) - set(receiver.taken) - waiting
    twice = sum(times > 1 for times in receiver.taken.values())
    print(
        f"webhooks: {kills} kills, {in_flight} of them as a message was under way; {len(told)} events taken in, "
        f"{len(lost)} lost, {twice} delivered more than once, {len(waiting)} waiting, "
        f"{len(spool.dead())} given up"
    )
    return not (lost or waiting)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=6)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        sys.exit(not webhooks(Workspace(Path(directory) / "workspace"), given.kills, random.Random(given.seed)))


if __name__ == "__main__":
    main()
