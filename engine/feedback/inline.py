"""Images that stand in the payload itself: `data:image/png;base64,…`."""

from __future__ import annotations

import base64
import binascii

from engine.errors import DataError

PREFIXES = ("data:image/png;base64,", "data:image/jpeg;base64,")
SHOWN = "inline image"


def is_inline(reference: str) -> bool:
    """Whether an image is sent along, be it as it should or not."""
    return reference[:5].lower() == "data:"


def read_inline(reference: str, max_bytes: int) -> bytes:
    """The content of an image that was sent along. Raises DataError."""
    prefix = next((one for one in PREFIXES if reference.startswith(one)), None)
    if prefix is None:
        raise DataError("a data URL of another kind", fix="write data:image/png;base64,… or data:image/jpeg;base64,…")
    encoded = reference[len(prefix) :]
    if 3 * (len(encoded) // 4) > max_bytes + 2:
        raise DataError(f"longer than the {max_bytes:,} bytes that an image may have", fix="send a smaller image")
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise DataError("the data URL is not in base64", fix="encode the file's bytes") from None
