"""Which commands there are now, and which of them some words mean. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.actions.chain import title_of
from tui.actions.working import Working
from tui.theme import THEME_TITLES

OPENS_ITSELF = "app.commands"


@dataclass(frozen=True)
class Command:
    """Something to do, by its name."""

    title: str
    help: str
    where: str
    """The pane or screen that does it."""
    key: str = ""
    entry: Working | None = None
    """The action; None where a theme is meant."""
    theme: str = ""


def commands_of(entries: Iterable[Working]) -> list[Command]:
    """Every action that works now, and every theme."""
    actions = [
        Command(each.action.title, each.action.help, title_of(each.action.place), each.key, each)
        for each in entries
        if each.action.id != OPENS_ITSELF
    ]
    themes = [
        Command(f"Colours: {title}", "Show the console in these colours", "The console", theme=name)
        for name, title in THEME_TITLES.items()
    ]
    return actions + themes


def found(commands: Sequence[Command], words: str) -> list[Command]:
    """Those that hold every word, the best first; all of them where nothing is asked."""
    wanted = words.casefold().split()
    ranked = [(sum(_rank(command, word) for word in wanted), _lesser(command), command) for command in commands]
    ranked.sort(key=lambda each: each[:2])
    # Letters in this order are a guess, for where no word is found.
    most = _GUESS if any(rank < _GUESS for rank, _, _ in ranked) else _NOT
    return [command for rank, _, command in ranked if rank < most]


_GUESS, _NOT = 100, 10_000


def _lesser(command: Command) -> bool:
    """Whether it comes after others that fit as well: those that no footer shows mostly move a cursor."""
    return command.entry is not None and not command.entry.action.footer and command.entry.action.group != "Screens"


def _rank(command: Command, word: str) -> int:
    """How well a word means a command: from 0: its title begins so."""
    title, sentence = command.title.casefold(), f"{command.help} {command.where}".casefold()
    if title.startswith(word):
        return 0
    if any(part.startswith(word) for part in title.split()):
        return 1
    if word in title:
        return 2
    if any(part.startswith(word) for part in sentence.split()):
        return 3
    if word in sentence:
        return 4
    return _GUESS if _in_order(word, title) else _NOT


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
