"""Keys: what Textual calls them, what people write, and which of them do not arrive. Pure."""

from __future__ import annotations

import string
import unicodedata

_LABELS = {
    "question_mark": "?", "slash": "/", "plus": "+", "equals_sign": "=", "minus": "-", "less_than_sign": "<",
    "greater_than_sign": ">", "comma": ",", "full_stop": ".", "colon": ":", "semicolon": ";", "at": "@",
    "number_sign": "#", "exclamation_mark": "!", "underscore": "_", "backslash": "\\", "asterisk": "*",
    "percent_sign": "%", "ampersand": "&", "dollar_sign": "$", "tilde": "~", "vertical_line": "|",
    "left_square_bracket": "[", "right_square_bracket": "]", "left_parenthesis": "(", "right_parenthesis": ")",
    "left_curly_bracket": "{", "right_curly_bracket": "}", "apostrophe": "'", "quotation_mark": '"',
    "circumflex_accent": "^", "grave_accent": "`",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "enter": "Enter", "escape": "Esc", "space": "Space",
    "tab": "Tab", "backspace": "Bksp", "delete": "Del", "insert": "Ins", "home": "Home", "end": "End",
    "pageup": "PgUp", "pagedown": "PgDn",
}  # fmt: skip
_PLAIN = {"↑": "Up", "↓": "Down", "←": "Left", "→": "Right"}
_RENAMED = {"solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
            "plus_sign": "plus", "low_line": "underscore"}  # fmt: skip
"""Unicode's names of characters that have another one as keys."""
_SAME = {"i": "tab", "m": "enter", "j": "enter", "h": "backspace", "left_square_bracket": "escape"}
"""With Ctrl these send what another key sends."""
_TAKEN = {"ctrl+a": "screen takes ctrl+a", "ctrl+b": "tmux takes ctrl+b", "ctrl+s": "ctrl+s stops some terminals",
          "ctrl+q": "some terminals wait for ctrl+q after ctrl+s", "ctrl+z": "ctrl+z suspends programs",
          "ctrl+c": "ctrl+c copies in a field, and interrupts elsewhere"}  # fmt: skip
MODIFIERS = ("ctrl", "alt", "shift")


def label_of(key: str) -> str:
    """A key as people write it: `^g`, `F5`, `?`, `→`."""
    *modifiers, name = key.split("+")
    label = _LABELS.get(name, name.upper() if _is_function_key(name) else name)
    for modifier in reversed(modifiers):
        label = f"^{label}" if modifier == "ctrl" else f"{modifier.capitalize()}+{label}"
    return label


def plain(label: str) -> str:
    """A label for fonts without arrows."""
    return "".join(_PLAIN.get(character, character) for character in label)


def named(written: str) -> str:
    """What Textual calls a key that people wrote: `?` is `question_mark`."""
    *modifiers, name = _parts(written.strip())
    if len(name) == 1 and not name.isalnum():
        spelled = unicodedata.name(name, name).lower().replace("-", "_").replace(" ", "_")
        name = _RENAMED.get(spelled, spelled)
    return "+".join([*(modifier.lower() for modifier in modifiers), name if len(name) == 1 else name.lower()])


def problem_with(key: str) -> str:
    """Why a key (by Textual's name) cannot be used; empty where it can."""
    *modifiers, name = key.split("+")
    if any(modifier not in MODIFIERS for modifier in modifiers):
        return "is no key; write ctrl+g, alt+x, shift+left, f9 or a single letter"
    if not (name in _LABELS or _is_function_key(name) or (len(name) == 1 and name in _CHARACTERS)):
        return "is no key; write a letter, a digit, a sign, f1 to f12, or a name such as enter, space or pageup"
    if modifiers == ["ctrl"] and name in _SAME:
        return f"is what terminals send for {_SAME[name]}; write {_SAME[name]}"
    if modifiers == ["shift"] and len(name) == 1:
        return f"is written {name.upper()}"
    return ""


def taken(key: str) -> str:
    """Who takes a key before the console sees it; empty where nobody does."""
    return _TAKEN.get(key, "")


_CHARACTERS = frozenset(string.ascii_letters + string.digits)


def _parts(written: str) -> list[str]:
    """`ctrl++` is ctrl and plus."""
    if len(written) > 1 and written.endswith("+"):
        return [*written[:-1].rstrip("+").split("+"), "+"] if written[:-1].rstrip("+") else ["+"]
    return written.split("+") if len(written) > 1 else [written]


def _is_function_key(name: str) -> bool:
    return name[:1] == "f" and name[1:].isdigit() and 1 <= int(name[1:]) <= 24
