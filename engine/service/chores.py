"""What the service does beside answering: webhooks, deployments, triggers, old records."""

from __future__ import annotations

from engine.service.background import Background
from engine.service.intents import prune
from engine.service.service import Service
from engine.webhooks.background import Deliverer

STEP_EVERY_S = 5.0
"""How often the rules of deployments are asked: a fallback may wait so long."""
PRUNE_EVERY_S = 3600.0


def chores_of(service: Service) -> Background:
    """All of it, not started yet."""
    background = Background()
    background.adopt(Deliverer(service.workspace))
    background.add("deployments", STEP_EVERY_S, service.traffic.step_all)
    background.add("old requests", PRUNE_EVERY_S, lambda: prune(service.workspace))
    return background
