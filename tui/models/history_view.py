"""The audit log of a model, as lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from engine.registry.history import Entry
from tui.models.columns import Column, columns_for, header, row
from tui.theme import BOLD, Role
from tui.widgets.cells import Line
from tui.widgets.durations import ago

GateWord = Literal["passed", "forced", "refused", ""]
NOTHING = "Nothing was moved yet."
_GATES: dict[str, tuple[str, str, int]] = {
    "passed": ("✓", "+", Role.REACHED),
    "forced": ("!", "!", Role.WARNING | BOLD),
    "refused": ("✗", "x", Role.ERROR),
}
_BACK = frozenset({"rollback", "retire", "withdraw", "fallback", "unstage", "forget"})


def history_lines(
    entries: Sequence[Entry], now: float, width: int, height: int, *, ascii_only: bool = False
) -> list[Line]:
    """The newest moves first: when, who, what, from where to where, what the gate said, why."""
    if not entries:
        return [((NOTHING, Role.MUTED),)]
    shown = entries[: max(1, height - 1)]
    columns = [
        Column("when", tuple(_when(entry, now) for entry in shown), 0, right=True),
        Column("who", tuple(((entry.who, Role.TEXT),) for entry in shown), 3, least=6),
        Column("what", tuple(_what(entry) for entry in shown), 1),
        Column("from → to" if not ascii_only else "from -> to", tuple(_moved(each, ascii_only) for each in shown), 2),
        Column("gate", tuple(_gate(entry, ascii_only) for entry in shown), 4),
        Column("why", tuple(((_why(entry), Role.MUTED),) for entry in shown), 5, least=8),
    ]
    filled = [column for column in columns if any(text.strip() for cell in column.cells for text, _ in cell)]
    fitting = columns_for(filled, width)
    return [header(fitting), *(row(fitting, place) for place in range(len(shown)))]


def gate_word(entry: Entry) -> GateWord:
    """What the gate said of a move."""
    if entry.gate is None:
        return ""
    return "forced" if entry.forced else "passed" if entry.gate.get("passed") else "refused"


def _when(entry: Entry, now: float) -> Line:
    return ((ago(now - entry.t), Role.MUTED),)


def _what(entry: Entry) -> Line:
    role = Role.WARNING if entry.action in _BACK else Role.TITLE if entry.action == "promote" else Role.TEXT
    return ((entry.action, role),)


def _moved(entry: Entry, ascii_only: bool) -> Line:
    if entry.from_version is None and entry.to_version is None:
        return (("", Role.TEXT),)
    if entry.action == "threshold":
        return ((f"@{entry.to_version}", Role.TEXT),)
    dash = "-" if ascii_only else "–"
    first, second = (dash if one is None else f"@{one}" for one in (entry.from_version, entry.to_version))
    return ((f"{first} {'->' if ascii_only else '→'} {second}", Role.TEXT),)


def _gate(entry: Entry, ascii_only: bool) -> Line:
    word = gate_word(entry)
    if not word:
        return (("", Role.TEXT),)
    glyph, plain, role = _GATES[word]
    return ((f"{plain if ascii_only else glyph} {word}", role),)


def _why(entry: Entry) -> str:
    raised = entry.detail.get("thresholds") if entry.action == "threshold" else None
    told = ", ".join(f"{name} {value:g}" for name, value in raised.items()) if isinstance(raised, dict) else ""
    return ": ".join(part for part in (told, " ".join(entry.why.split())) if part)
