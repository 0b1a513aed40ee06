"""What the service does beside answering: webhooks, deployments, triggers, old records."""

from __future__ import annotations

import logging
import subprocess
import threading

from engine.runs.processes import python_command
from engine.service.background import Background
from engine.service.intents import prune
from engine.service.service import Service
from engine.webhooks.background import Deliverer

STEP_EVERY_S = 5.0
"""How often the rules of deployments are asked: a fallback may wait so long."""
TRIGGERS_EVERY_S = 60.0
PRUNE_EVERY_S = 3600.0
_POLL_S = 0.5
_LOG = logging.getLogger("uvicorn.error")


def chores_of(service: Service) -> Background:
    """All of it, not started yet."""
    background = Background()
    background.adopt(Deliverer(service.workspace))
    background.add("deployments", STEP_EVERY_S, service.traffic.step_all)
    background.add("triggers", TRIGGERS_EVERY_S, lambda: check_triggers(service), first_after_s=5.0)
    background.add("old requests", PRUNE_EVERY_S, lambda: prune(service.workspace))
    return background


def check_triggers(service: Service) -> None:
    """Ask every trigger, in a process of its own: a gate loads models and may take minutes, which predictions would
    feel. A service that ends ends it, too; the next look goes on where it was."""
    with_triggers = service.projects.usable(with_triggers=True)
    if not with_triggers:
        return
    command = [*python_command("engine"), "triggers", "check", *map(str, with_triggers)]
    asked = subprocess.Popen(
        [*command, "--workspace", str(service.workspace.root)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    told = _until_done(asked, service.closing)
    if asked.returncode and not service.closing.is_set():
        _LOG.error("triggers were not asked: %s", told.decode(errors="replace").strip()[-500:])


def _until_done(process: subprocess.Popen[bytes], closing: threading.Event) -> bytes:
    while True:
        try:
            return process.communicate(timeout=_POLL_S)[1]
        except subprocess.TimeoutExpired:
            if closing.is_set():
                process.terminate()
