"""What each route asks for: a scope, a lane, and how long its body may be. The one table; no route is without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal["read", "predict", "train", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
Lane = Literal["read", "predict", "train", "admin", "stream"]

SMALL = 64 << 10
"""Bytes of a body without pictures or texts."""
LARGE = 32 << 20
"""Bytes of a body with samples or feedback."""


@dataclass(frozen=True)
class Access:
    """What a route asks for."""

    scope: Scope | None
    """None: open to everybody."""
    lane: Lane
    """The queue it stands in: one that is full keeps no other waiting."""
    max_body: int = SMALL


_READ = Access("read", "read")
_TRAIN = Access("train", "train")
_ADMIN = Access("admin", "admin")

ACCESS: dict[str, Access] = {
    "GET /health": Access(None, "read"),
    "GET /openapi.json": _READ,
    "GET /metrics": _READ,
    "POST /fine-tune/start": _TRAIN,
    "GET /fine-tune/progress": _READ,
    "GET /fine-tune/models": _READ,
    "POST /fine-tune/evaluate": Access("predict", "predict", LARGE),
    "POST /api/finetune": Access("train", "train", LARGE),
    "GET /models": _READ,
    "GET /models/{profile}/{model}": _READ,
    "GET /models/{profile}/{model}/history": _READ,
    "POST /models/{profile}/{model}/promote": _ADMIN,
    "POST /models/{profile}/{model}/stage": _ADMIN,
    "POST /models/{profile}/{model}/rollback": _ADMIN,
    "GET /models/{profile}/{model}/deployment": _READ,
    "POST /models/{profile}/{model}/deploy": _ADMIN,
    "POST /models/{profile}/{model}/ramp": _ADMIN,
    "POST /models/{profile}/{model}/withdraw": _ADMIN,
    "POST /predict/{profile}/{model}": Access("predict", "predict", LARGE),
    "POST /predict/{profile}/{model}/outcomes": Access("predict", "predict", LARGE),
    "GET /triggers": _READ,
    "GET /webhooks": _ADMIN,
    "POST /webhooks": _ADMIN,
    "DELETE /webhooks/{id}": _ADMIN,
    "GET /runs": _READ,
    "GET /runs/{run}": _READ,
    "POST /runs/{run}/stop": _TRAIN,
    "GET /runs/{run}/events": Access("read", "stream"),
}
"""Method and path → what it asks for."""
