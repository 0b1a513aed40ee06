"""Pictures and payloads as somebody sends them."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from engine.feedback.reading import Payload, take_payload


def picture(size: tuple[int, int] = (64, 48), kind: str = "PNG", color: str = "gray", **more: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, kind, **more)
    return buffer.getvalue()


def an_item(image: str = "a.png", **changes: Any) -> dict[str, Any]:
    return {
        "image": image,
        "objects": [{"label": "pole", "box": [1, 2, 10, 40]}],
        "source": "field-review",
        "who": "crew-7",
        "when": "2026-03-01T12:00:00Z",
        **changes,
    }


def a_request(*items: Any, **changes: Any) -> dict[str, Any]:
    return {"profile": "utility", "model": "yolo", "items": list(items), **changes}


def a_payload(folder: Path | None, *items: Any, labels: tuple[str, ...] | None = ("crossarm", "pole")) -> Payload:
    return replace(take_payload(a_request(*items), folder), labels=labels)
