"""What decides whether a version may go into production: pure checks over what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from engine.runs.spec import PromotionPolicy, Target


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One question that the gate asks."""

    name: str
    """`target f1`, `regression`, `forgetting`, `latency`, `files`."""
    passed: bool
    sentence: str
    """The answer, with its numbers."""
    value: float | None = None
    limit: float | None = None


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate said of a version."""

    candidate: str
    production: str | None
    checks: list[Check]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.passed]

    @property
    def sentence(self) -> str:
        """The whole answer in a line."""
        if self.passed:
            return f"{self.candidate} passes the gate: {len(self.checks)} checks."
        return f"{self.candidate} does not pass the gate: {' '.join(check.sentence for check in self.failed)}"


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """The candidate beside production on the same held-out rows."""

    metric: str
    mode: str
    production: float
    candidate: float
    interval: tuple[float, float] | None
    """95 % interval of candidate less production."""
    p_value: float | None
    test: str
    """What the p-value comes from."""
    detectable: float | None
    """The smallest difference that so many rows could have shown."""
    rows: int
    by_rows: str = ""
    """Of classifiers: rows that one of the two alone gets right, and McNemar's test of them, in words."""
    notes: list[str] = []
    """What a reader must know of the rows."""

    @property
    def gain(self) -> float:
        """How much better the candidate is; negative where it is worse."""
        return (self.candidate - self.production) * (-1.0 if self.mode == "min" else 1.0)

    @property
    def gains(self) -> tuple[float, float] | None:
        """The interval of the gain."""
        if self.interval is None:
            return None
        low, high = self.interval
        return (-high, -low) if self.mode == "min" else (low, high)


def check_targets(targets: Sequence[Target], measured: Mapping[str, float | None]) -> list[Check]:
    """The profile's targets on the version's own test set; without targets there is nothing to ask."""
    return [_target(target, measured.get(target.metric)) for target in targets]


def check_regression(beside: Beside, policy: PromotionPolicy) -> Check:
    """No loss beyond the allowance against production on the same rows."""
    allowed, gains = policy.allowed_regression, beside.gains
    low, high = gains if gains is not None else (None, None)
    match policy.regression:
        case "proved":
            passed = high is None or high >= -allowed
        case "ruled-out":
            passed = low is not None and low >= -allowed
        case _:
            passed = beside.gain >= -allowed - 1e-12
    told = (
        f"{beside.metric} {beside.candidate:.4g} against {beside.production:.4g} in production on {beside.rows} rows"
    )
    spread = [f"{beside.candidate - beside.production:+.4f}"]
    if beside.interval is not None:
        spread.append(f"95 % {beside.interval[0]:+.4f} to {beside.interval[1]:+.4f}")
    if beside.p_value is not None:
        spread.append(f"p {beside.p_value:.3g} by {beside.test}")
    if beside.detectable is not None:
        spread.append(f"so many rows could show {beside.detectable:.3g}")
    verdict = "" if passed else f"; {_LOSS[policy.regression]} {allowed:g}"
    return Check(
        name="regression",
        passed=passed,
        value=beside.gain,
        limit=-allowed,
        sentence=" ".join(filter(None, [f"{told} ({', '.join(spread)}){verdict}.", beside.by_rows, *beside.notes])),
    )


_LOSS = {
    "observed": "it loses more than the allowed",
    "proved": "these rows prove a loss of more than",
    "ruled-out": "these rows do not rule out a loss of more than",
}


def not_comparable(problem: str) -> Check:
    """Where nothing can be said of a regression, nobody may rely on there being none."""
    told = f"It cannot be compared with production: {problem.rstrip('.')}."
    return Check(name="regression", passed=False, sentence=told)


def check_forgetting(promotable: bool | None) -> list[Check]:
    """Of a training on feedback: what it forgot, as measured at its end."""
    if promotable is None:
        return []
    told = (
        "forgot no more than it may" if promotable else "forgot more than it may: its metrics.json names the classes"
    )
    return [Check(name="forgetting", passed=promotable, sentence=f"The training on feedback {told}.")]


def check_latency(measured_ms: float | None, policy: PromotionPolicy) -> list[Check]:
    """The 95th percentile of a single prediction within the budget."""
    if policy.latency_ms is None:
        return []
    if measured_ms is None:
        return [Check(name="latency", passed=False, sentence="The latency could not be measured: there are no rows.")]
    passed = measured_ms <= policy.latency_ms
    return [
        Check(
            name="latency",
            passed=passed,
            value=measured_ms,
            limit=policy.latency_ms,
            sentence=f"A prediction takes {measured_ms:.1f} ms (p95) of {policy.latency_ms:g} ms allowed.",
        )
    ]


def check_files(problems: Sequence[str]) -> Check:
    """Every file is what was registered."""
    if not problems:
        return Check(name="files", passed=True, sentence="Every file is as it was registered.")
    more = f", and {len(problems) - 3} more" if len(problems) > 3 else ""
    return Check(name="files", passed=False, sentence=f"Files are not intact: {'; '.join(problems[:3])}{more}.")


def _target(target: Target, value: float | None) -> Check:
    name, limit = f"target {target.metric}", target.at_least if target.at_least is not None else target.at_most
    if value is None:
        return Check(name=name, passed=False, limit=limit, sentence=f"The target {target} was not measured.")
    passed = target.reached(value)
    told = f"{target.metric} is {value:.4g}, the target {target} is {'reached' if passed else 'missed'}."
    return Check(name=name, passed=passed, value=value, limit=limit, sentence=told)
