"""All keys, for people who read and for those who change them: a table, and the page docs/keys.md. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from tui.actions import ACTIONS, of_textual
from tui.actions.action import Action
from tui.actions.chain import rank, title_of
from tui.actions.keymap import Keymap
from tui.actions.keys import taken

PAGE = """\
# Keys

Made from the registry of actions by `python -m tui --keys --markdown > docs/keys.md`; a test holds it true.

In the console `?` shows the keys of the focused pane first, `^p` finds a command by its words, and the last line
shows what works now. `^g` is Ctrl+G. The mouse can do all of it and is never needed.

## Other keys

`~/.config/finetop/console.yaml` (under `$XDG_CONFIG_HOME` where that is set; `$FINETOP_CONFIG` names another file):

```yaml
keys:
  monitor.stop: S          # one key,
  app.commands: ctrl+p,f8  # or several: the footer shows the first that works
theme: auto                # {themes}
```

The names stand in the tables below. Keys are letters (capital ones too), digits, signs, `f1` to `f12`, names such as
`enter`, `space`, `pageup`, and those with `ctrl+`, `alt+` or `shift+` before them. Footer, help, commands and
`finetop --keys` show what is set. A key that two actions of one place would share, or that terminals cannot tell from
another (`ctrl+i` is Tab), is an error with file and line; one that tmux or screen takes is told at the start.
"""


def by_place(actions: Iterable[Action] = ACTIONS) -> list[tuple[str, list[Action]]]:
    """Places with their actions: screens, then panes, windows and the console."""
    places: dict[str, list[Action]] = {}
    for action in actions:
        places.setdefault(action.place, []).append(action)
    ordered = sorted(places, key=lambda place: {1: 0, 0: 1}.get(rank(place), 2))
    return [(place, places[place]) for place in ordered]


def key_table(keymap: Keymap) -> str:
    """What `finetop --keys` prints."""
    lines: list[str] = []
    rows = [(action, _labels(action, keymap)) for _, part in by_place() for action in part]
    keys = max(len(labels) for _, labels in rows)
    names = max(len(action.id) for action, _ in rows)
    place = ""
    for action, labels in rows:
        if action.place != place:
            place = action.place
            lines += ["", title_of(place)] if lines else [title_of(place)]
        notes = [action.help]
        if action.id in keymap.changed:
            notes.append(f"[instead of {' '.join(_labels(action, Keymap()).split())}]")
        notes += [f"[{taken(key)}]" for key in keymap.keys_of(action) if action.id in keymap.changed and taken(key)]
        name = "" if of_textual(action) else action.id
        lines.append(f"  {labels:<{keys}}  {name:<{names}}  {'  '.join(notes)}")
    return "\n".join(lines) + "\n"


def keys_page(keymap: Keymap) -> str:
    """The page docs/keys.md."""
    from tui.settings import ThemeName

    lines = [PAGE.replace("{themes}", ", ".join(ThemeName.__args__))]  # type: ignore[attr-defined]
    for place, part in by_place():
        lines += [f"## {title_of(place)}", "", "| key | name in the settings | what it does |", "| --- | --- | --- |"]
        for action in part:
            keys = " ".join(f"`{_escaped(label)}`" for label in _labels(action, keymap).split())
            name = "" if of_textual(action) else f"`{action.id}`"
            changes = " (not with `--readonly`)" if action.changes else ""
            lines.append(f"| {keys} | {name} | {action.help}{changes} |")
        lines.append("")
    return "\n".join(lines)


def _labels(action: Action, keymap: Keymap) -> str:
    return " ".join(keymap.label_of(action, key) for key in keymap.keys_of(action))


def _escaped(label: str) -> str:
    return label.replace("|", "\\|")
