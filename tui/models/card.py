"""The card of a version, for people. Slow: call in threads."""

from __future__ import annotations

from engine.errors import NotFoundError
from engine.registry.paths import VersionPaths
from tui.screens.report import read_page


def card_text(version: VersionPaths) -> str:
    """`README.md`, else the report of its test; without the YAML that a hub reads. Raises NotFoundError."""
    for path in (version.card, version.report.with_suffix(".md")):
        if path.is_file():
            return without_front_matter(read_page(path))
    raise NotFoundError("this version has neither a card nor a report", where=version.root.name)


def without_front_matter(text: str) -> str:
    """A page without the YAML above it."""
    if not text.startswith("---\n"):
        return text
    end = text.find("\n---\n", 3)
    return text[end + 5 :].lstrip("\n") if end >= 0 else text
