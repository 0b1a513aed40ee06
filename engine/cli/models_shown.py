"""What `engine models` prints of versions, moves and gates."""

from __future__ import annotations

from engine.cli.output import print_json, print_table
from engine.registry.gate import GateResult
from engine.registry.history import Entry
from engine.registry.promotion import Move
from engine.registry.standing import Standing
from engine.registry.store import Version
from engine.registry.thresholds import thresholds_of


def print_move(done: Move, json: bool) -> None:
    """What was moved, and what stands now."""
    if json:
        print_json({"moved": True, "entry": done.entry})
        return
    standing = done.standing
    said = {"production": standing.production, "staging": standing.staging, "previous": standing.previous}
    print(f"{done.entry.sentence}: " + ", ".join(f"{alias} {numbered(number)}" for alias, number in said.items()))


def print_gate(result: GateResult) -> None:
    """Each check with its answer."""
    print_table(
        ["gate", "", ""],
        [["passed" if check.passed else "FAILED", check.name, check.sentence] for check in result.checks],
    )


def gate_word(entry: Entry) -> str:
    """What the gate said of a move; empty where it was not asked."""
    if entry.gate is None:
        return ""
    return "forced" if entry.forced else "passed" if entry.gate.get("passed") else "refused"


def numbered(version: int | None) -> str:
    """`@3`."""
    return "–" if version is None else f"@{version}"


def targets_reached(version: Version) -> str:
    """`2/3 reached`; empty without targets."""
    targets = version.manifest.targets
    if not targets:
        return ""
    reached = sum(target.reached(version.manifest.measured.get(target.metric)) for target in targets)
    return f"{reached}/{len(targets)} reached"


def version_as_json(version: Version, standing: Standing) -> dict[str, object]:
    """A version as --json has it."""
    manifest = version.manifest
    return {
        "version": version.name,
        "aliases": standing.aliases_of(version.number),
        "task": manifest.task,
        "headline": manifest.headline,
        "score": manifest.score,
        "metrics": manifest.measured,
        "targets": [str(target) for target in manifest.targets],
        "thresholds": thresholds_of(version, standing),
        "run": manifest.run,
        "dataset": manifest.dataset,
        "created": manifest.created,
    }
