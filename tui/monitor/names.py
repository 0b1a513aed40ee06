"""What runs are called. Pure, and imported before the first paint."""

from __future__ import annotations

from tui.feed.model import RunInfo


def short_name(info: RunInfo) -> str:
    """`ner 7f3a`: the model and the end of the id, which tells its runs apart."""
    model = info.view.model if info.view else "?"
    name = f"{model} {info.id.rsplit('-', 1)[-1]}"
    return f"{info.place} {name}" if info.place else name
