"""Words that folders of an asset library are named by, in four languages: `words.txt`."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

from engine.folders.drawn_library.roles import Role

LANGUAGES = ("en", "de", "fr", "es")
_FILE = Path(__file__).with_name("words.txt")


class Concept(NamedTuple):
    """A thing and what it is called."""

    key: str
    """Its first English name."""
    names: tuple[tuple[str, ...], ...]
    """Per language, as in LANGUAGES."""


@functools.cache
def concepts(role: Role) -> tuple[Concept, ...]:
    """Everything that a folder of this role can be called after."""
    return tuple(_concept(line) for line in _sections()[role.value])


@functools.cache
def concept(role: Role, key: str) -> Concept:
    """The one whose first English name is `key`. Raises KeyError."""
    for one in concepts(role):
        if one.key == key:
            return one
    raise KeyError(f"{role.value}: {key}")


@functools.cache
def word_list(name: str, language: str = "en") -> tuple[str, ...]:
    """A list of words; in the language where it has one for each, else the only one."""
    lines = _sections()[name]
    return _parted(lines[LANGUAGES.index(language)] if len(lines) > 1 else lines[0])


@functools.cache
def _sections() -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = sections[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return sections


def _concept(line: str) -> Concept:
    parts = [_parted(part) for part in line.split("|")]
    parts += [parts[0]] * (len(LANGUAGES) - len(parts))
    return Concept(parts[0][0], tuple(parts))


def _parted(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))
