"""How a version is written: `utility/ner@3`, or by an alias, `utility/ner@production`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.errors import InputError

Alias = Literal["staging", "production", "previous"]
ALIASES: tuple[Alias, ...] = ("staging", "production", "previous")
LATEST = "latest"
"""The newest version; no alias, since nobody moves it."""
_NAME = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_MODEL = re.compile(rf"({_NAME})/({_NAME})", re.ASCII)
_VERSION = re.compile(rf"({_NAME})/({_NAME})@([1-9][0-9]{{0,8}}|{'|'.join((*ALIASES, LATEST))})", re.ASCII)
_LONGEST = 120


@dataclass(frozen=True)
class Reference:
    """A version of a model, by number or alias."""

    profile: str
    model: str
    selector: int | str
    """A number, one of ALIASES, or `latest`."""

    def __str__(self) -> str:
        return f"{self.profile}/{self.model}@{self.selector}"


def is_reference(text: str) -> bool:
    """Whether `text` is meant as a version and not as a run, be it written rightly or not."""
    return "@" in text[1:] and "/" in text.split("@", 1)[0]


def parse_reference(text: str) -> Reference:
    """The parts of `utility/ner@3`. Raises InputError."""
    found = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise InputError(
            f"{text[:_LONGEST]!r} is no version",
            fix=f"write PROFILE/MODEL@N, or one of {', '.join(f'@{alias}' for alias in (*ALIASES, LATEST))}",
        )
    profile, model, selector = found.groups()
    return Reference(profile, model, int(selector) if selector.isdigit() else selector)


def parse_model(text: str) -> tuple[str, str]:
    """Profile and model of `utility/ner`. Raises InputError."""
    found = _MODEL.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise InputError(f"{text[:_LONGEST]!r} is no model", fix="write PROFILE/MODEL, such as utility/ner")
    return found[1], found[2]
