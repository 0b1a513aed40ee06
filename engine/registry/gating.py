"""Measures what the gate asks: the candidate beside production on the same held-out rows, its files, its latency."""

from __future__ import annotations

from engine.comparing import compare
from engine.comparing.latency import latency_of
from engine.comparing.result import Challenger, p_in_words
from engine.errors import InputError
from engine.model_directory import read_expected
from engine.registry.gate import (
    Beside,
    Check,
    GateResult,
    check_files,
    check_forgetting,
    check_latency,
    check_regression,
    check_targets,
    not_comparable,
)
from engine.registry.integrity import problems_of
from engine.registry.store import Version
from engine.tasks.catalog import find_task
from engine.workspace import Workspace


def run_gate(
    workspace: Workspace, candidate: Version, production: Version | None, *, device: str = "cpu"
) -> GateResult:
    """Ask the gate about a version; `production` is what it would replace. Loads both models."""
    manifest = candidate.manifest
    intact = check_files(problems_of(candidate.paths, manifest, whole=True))
    checks = [intact, *check_targets(manifest.targets, manifest.measured), *check_forgetting(manifest.promotable)]
    if intact.passed:  # what was tampered with is not loaded
        if production is not None:
            checks.append(_regression(workspace, candidate, production, device))
        if manifest.promotion.latency_ms is not None:
            checks += check_latency(latency_ms(candidate, device), manifest.promotion)
    return GateResult(
        candidate=candidate.name, production=production.name if production is not None else None, checks=checks
    )


def latency_ms(version: Version, device: str) -> float | None:
    """The 95th percentile of one prediction, in milliseconds, over the samples beside the model; None without any."""
    try:
        samples, _ = read_expected(version.paths.model)
    except (OSError, ValueError):
        return None
    if not samples:
        return None
    return latency_of(find_task(version.manifest.task).load(version.paths.model, device), samples).p95_ms


def _regression(workspace: Workspace, candidate: Version, production: Version, device: str) -> Check:
    """On the held-out rows of the candidate's dataset, less those that production has learnt from."""
    problems = problems_of(production.paths, production.manifest, whole=True)
    if problems:
        return not_comparable(f"{production.name} is damaged ({problems[0]})")
    try:
        done = compare(
            [production.name, candidate.name],
            dataset=candidate.manifest.dataset or None,
            split="test",
            device=device,
            workspace=workspace,
        )
    except InputError as problem:
        return not_comparable(str(problem))
    (challenger,) = done.challengers
    found = challenger.headline
    return check_regression(
        Beside(
            metric=found.metric,
            mode=found.mode,
            production=found.first_value,
            candidate=found.second_value,
            interval=found.interval,
            p_value=found.p_value,
            detectable=found.detectable,
            test=found.test,
            rows=done.rows,
            by_rows=_row_by_row(challenger),
            notes=done.notes,
        ),
        candidate.manifest.promotion,
    )


def _row_by_row(challenger: Challenger) -> str:
    of = challenger.by_rows
    if of is None:
        return ""
    return f"Row by row {of.fixed} are fixed and {of.broken} broken, {p_in_words(of.p_value)} by {of.test}."
