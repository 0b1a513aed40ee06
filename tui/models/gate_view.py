"""What the gate said, as lines, and when a promotion may be confirmed. Pure."""

from __future__ import annotations

import textwrap

from engine.registry.gate import GateResult
from tui.theme import BOLD, Role
from tui.widgets.cells import Line

FORCE = "force"
"""What is typed to promote what the gate refused."""


def gate_lines(result: GateResult, width: int, *, ascii_only: bool = False) -> list[Line]:
    """Each check, the failed ones first: passed or failed, its name, and its sentence with the numbers."""
    name_width = max((len(check.name) for check in result.checks), default=0)
    lines: list[Line] = []
    for check in sorted(result.checks, key=lambda check: check.passed):
        glyph = ("+" if check.passed else "x") if ascii_only else ("✓" if check.passed else "✗")
        word = "passed" if check.passed else "failed"
        role = Role.REACHED if check.passed else Role.ERROR | BOLD
        head = f"{glyph} {word}  "
        room = max(16, width - len(head) - name_width - 2)
        said = textwrap.wrap(check.sentence, room) or [""]
        lines.append(((head, int(role)), (f"{check.name:<{name_width}}  ", Role.TITLE), (said[0], Role.TEXT)))
        indent = " " * (len(head) + name_width + 2)
        lines += [((indent, Role.TEXT), (part, Role.TEXT)) for part in said[1:]]
    return lines


def verdict_line(result: GateResult, *, ascii_only: bool = False) -> Line:
    """The whole answer in a line."""
    count = len(result.checks)
    if result.passed:
        return (
            (f"{'+' if ascii_only else '✓'} It passes the gate: {count} of {count} checks.", Role.REACHED | BOLD),
        )
    failed = len(result.failed)
    told = f"{'x' if ascii_only else '✗'} It does not pass the gate: {failed} of {count} checks failed."
    return ((told, Role.ERROR | BOLD),)


def missing(result: GateResult, typed: str, why: str) -> str:
    """What is missing before the promotion, in a sentence; empty when it may be done."""
    if result.passed:
        return ""
    if typed.strip() != FORCE:
        return f"The gate refused. To promote it all the same, type {FORCE} and a reason."
    if not why.strip():
        return "An override needs a reason; it stands in the history."
    return ""
