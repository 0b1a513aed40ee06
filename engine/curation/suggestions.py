"""What is suggested for each row that something was found about. Pure.

What a model is measured on is changed by people only: leaving out hard or doubted pictures of validation or test
would flatter every figure. So there only doubles are suggested to go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.curation.findings import Entry, Finding, gravity

KEEP, DROP, RELABEL = "keep", "drop", "relabel:"
HELD_OUT = ("test", "validation")
"""Splits that a model is measured on; what stands in one of them stays there and goes from the others."""


@dataclass(frozen=True)
class Flagged:
    """A row with everything that was found about it, the gravest first."""

    entry: int
    findings: tuple[Finding, ...]
    suggested: str

    @property
    def score(self) -> float:
        """Of the gravest."""
        return self.findings[0].score

    @property
    def other(self) -> int:
        """The row that it is a duplicate of; -1 where it is none."""
        return next((one.other for one in self.findings if one.other >= 0), -1)


def flag(findings: Iterable[Finding], entries: Sequence[Entry]) -> list[Flagged]:
    """Rows with what was found about them: the gravest first, of the same gravity the surest."""
    by_entry: dict[int, list[Finding]] = {}
    for finding in findings:
        by_entry.setdefault(finding.entry, []).append(finding)
    flagged = []
    for at, found in by_entry.items():
        found.sort(key=lambda one: (gravity(one.problem), -one.score))
        flagged.append(Flagged(at, tuple(found), suggestion(found, entries[at].split)))
    return sorted(flagged, key=lambda one: (gravity(one.findings[0].problem), -one.score, one.entry))


def suggestion(findings: Sequence[Finding], split: str) -> str:
    """`keep`, `drop` or `relabel:NAME` for a row of a split."""
    problems = {one.problem for one in findings}
    if problems & {"leak", "duplicate", "unreadable"}:
        return DROP
    if split in HELD_OUT:
        return KEEP
    if problems & {"conflict", "blur", "exposure"}:
        return DROP
    likely = next((one.likely for one in findings if one.problem == "label" and one.likely), "")
    return f"{RELABEL}{likely}" if likely else KEEP


def the_one_to_keep(group: Sequence[int], entries: Sequence[Entry], flawed: set[int], doubted: set[int]) -> int:
    """Of rows that show the same: one that a model is measured on, else one without other flaws, else the first."""

    def rank(at: int) -> tuple[int, bool, bool, int]:
        split = entries[at].split
        return HELD_OUT.index(split) if split in HELD_OUT else len(HELD_OUT), at in doubted, at in flawed, at

    return min(group, key=rank)


def duplicate_findings(
    groups: Sequence[Sequence[int]],
    scores: dict[int, float],
    entries: Sequence[Entry],
    *,
    flawed: set[int],
    doubted: set[int],
    labelled: bool,
) -> list[Finding]:
    """What groups of rows that show the same mean for each row but the one that stays.

    A row in another split than the one that stays is a leak; one of another label is a conflict, of which the one
    that stays hears as well. `scores`: how much each row agrees with its group.
    """
    found = []
    for group in groups:
        kept = the_one_to_keep(group, entries, flawed, doubted)
        stays = entries[kept]
        at_odds = [at for at in group if labelled and entries[at].label != stays.label]
        for at in group:
            if at == kept:
                continue
            entry = entries[at]
            leaks = entry.split != stays.split
            where = f"line {stays.line} of {stays.split}"
            reason = f"shows the same as {where}" if leaks else f"doubles {where}"
            score = min(scores[at], 1.0)
            found.append(Finding(at, "leak" if leaks else "duplicate", score, reason, other=kept))
            if at in at_odds:
                said = f"is {entry.label} here and {stays.label} in {where}"
                found.append(Finding(at, "conflict", score, said, other=kept))
        if at_odds:
            rival, first = entries[at_odds[0]], at_odds[0]
            said = f"is {stays.label} here and {rival.label} in line {rival.line} of {rival.split}"
            found.append(Finding(kept, "conflict", min(scores[first], 1.0), said, other=first))
    return found
