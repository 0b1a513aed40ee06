"""The kinds of events that endpoints are told."""

from __future__ import annotations

KINDS: dict[str, str] = {
    "run.finished": "a run is done, or was stopped",
    "run.failed": "a run failed, or its worker was killed",
    "run.stalled": "a run says nothing any more, and goes on",
    "target.reached": "a run is done and reached every target on the test split",
    "model.promoted": "a version became production",
    "trigger.fired": "a trigger found a reason to train anew",
    "disk.nearly_full": "the disk of a run is nearly full",
    "device.too_hot": "a device is nearly so hot that it slows down",
}
PING = "ping"
"""Sent by `engine webhooks test` alone, whatever kinds an endpoint wants."""
