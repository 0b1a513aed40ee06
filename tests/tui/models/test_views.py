"""What Models says, as lines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.comparing.result import Challenger, ChangedRow, Changes, Compared
from engine.evaluation.comparison import Difference
from engine.evaluation.mcnemar import RowTest
from engine.registry.gate import Check, GateResult
from engine.registry.history import Entry
from engine.registry.manifest import FileFact, Manifest
from engine.registry.standing import Standing
from engine.runs.spec import Target
from engine.traffic.activity import Recent
from engine.traffic.deployment import Deployment
from engine.traffic.evidence import Evidence
from engine.traffic.judging import Judgement
from engine.traffic.ramping import Decision, Guard
from engine.traffic.request_log import Count
from engine.traffic.status import Status
from engine.triggers.listing import LastFiring, Listed
from tui.models.columns import Column, columns_for, header, padded, row
from tui.models.comparison_view import comparison_lines
from tui.models.cursor import Cursor, compared
from tui.models.facts_view import facts_lines
from tui.models.gate_view import gate_lines, missing, verdict_line
from tui.models.history_view import history_lines
from tui.models.model_list import model_lines
from tui.models.numbers import decimals_of, difference, number, size
from tui.models.questions import ask_rollback, ask_stage, ask_threshold
from tui.models.shelf import ModelSeen, Shelf, VersionSeen, metrics_beside
from tui.models.traffic_view import traffic_lines
from tui.models.trigger_view import trigger_lines
from tui.models.version_table import version_lines
from tui.theme import SELECTED, Role
from tui.widgets.cells import width_of
from tui.widgets.page import wrapped

NOW = 1_000_000.0


def said(lines: Any) -> str:
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines)


def version(at: int, targets: tuple[Target, ...] = (Target("f1", at_least=0.85),), **metrics: float) -> VersionSeen:
    manifest = Manifest(
        profile="utility",
        model="ner",
        version=at,
        task="token-classification",
        created=NOW - 3600 * at,
        run=f"run-{at}",
        dataset="d",
        dataset_sha256="",
        base="mini",
        preset="full",
        config={},
        headline="f1",
        targets=list(targets),
        metrics={"d/test": dict(metrics)},
        thresholds={"automatic": 0.8},
        files={"model/a": FileFact("", 1000)},
    )
    return VersionSeen(at, manifest, 1000)


def model(*versions: VersionSeen, name: str = "ner", **facts: Any) -> ModelSeen:
    given: dict[str, Any] = {"standing": Standing(), "newest": len(versions), "headline": "f1"}
    return ModelSeen("utility", name, versions=tuple(reversed(versions)), **(given | facts))


THREE = model(
    version(1, f1=0.8),
    version(2, f1=0.9, recall=0.91),
    version(3, f1=0.87, recall=0.88),
    standing=Standing(productions=(1, 2), staging=3, seq=4),
)


TABLE = """\
       in use as         f1     vs @2  recall     vs @2  targets    size   age  run
▸✚ @3  ◆ staging     0.8700  ▼-0.0300  0.8800   -0.0300  ✓ 1/1    1.0 kB  3h00  run-3
   @2  ● production  0.9000            0.9100            ✓ 1/1    1.0 kB  2h00  run-2
   @1  ○ previous    0.8000  ▼-0.1000  –                 ✗ 0/1    1.0 kB  1h00  run-1"""


def test_numbers_stand_under_each_other_with_their_difference_to_production() -> None:
    assert said(version_lines(THREE, 0, (3,), NOW, 90, 10)) == TABLE


def test_a_list_that_is_cut_says_where_the_cursor_is() -> None:
    assert said(version_lines(THREE, 1, (), NOW, 60, 3)).splitlines()[0].endswith(" 2/3")
    assert "/3" not in said(version_lines(THREE, 1, (), NOW, 60, 4)).splitlines()[0]


def test_a_lower_loss_is_better() -> None:
    losses = model(version(1, f1=2.0), version(2, f1=1.5), standing=Standing((1,)), lower_is_better=True)
    assert "▲-0.5000" in said(version_lines(losses, 0, (), NOW, 60, 5))
    assert "^-0.5000" in said(version_lines(losses, 0, (), NOW, 60, 5, ascii_only=True))


@given(st.integers(20, 200), st.integers(2, 20), st.integers(0, 2), st.booleans())
def test_the_cursor_is_seen_and_nothing_is_wider_than_the_table(
    width: int, height: int, at: int, ascii_only: bool
) -> None:
    lines = version_lines(THREE, at, (1,), NOW, width, height, ascii_only=ascii_only)
    assert len(lines) == min(4, height)
    assert sum(bool(line[0][1] & SELECTED) for line in lines) == 1
    assert all(width_of(line) <= width for line in lines[1:])
    assert not ascii_only or said(lines).replace("…", "").isascii()


def test_metrics_of_targets_come_first() -> None:
    asked = (Target("f1", at_least=0.8), Target("loss", at_most=0.3))
    assert metrics_beside([version(1, asked, f1=0.9, ece=0.1, loss=0.2)], "f1") == ["loss", "ece"]


@pytest.mark.parametrize(
    ("values", "decimals"), [([0.5, None], 4), ([12.5], 2), ([1200.5], 1), ([12.0, 100.0], 0), ([], 4), ([0.0], 4)]
)
def test_decimals_follow_the_largest_value(values: list[float | None], decimals: int) -> None:
    assert decimals_of(values) == decimals


def test_numbers_for_people() -> None:
    assert number(None, 4) == "–     " and number(float("nan"), 2, ascii_only=True) == "-   "
    assert number(0.5, 2) == "0.50"
    assert difference(0.5, 0.4, 2, "higher") == ("▲+0.10", Role.REACHED)
    assert difference(0.5, 0.4, 2, "lower") == ("▼+0.10", Role.WARNING)
    assert difference(0.5, 0.4, 2, "") == (" +0.10", Role.TEXT)
    assert difference(None, 0.4, 2, "higher")[0] == ""
    assert [size(count) for count in (12, 1400, 92_500_000, 999_600_000, 5 * 10**12)] == [
        "12 B",
        "1.4 kB",
        "92.5 MB",
        "1.0 GB",
        "5.0 TB",
    ]


def test_columns_go_by_rank_and_the_last_is_cut() -> None:
    cells = ((("abcdefgh", 0),),)
    columns = [Column("a", cells, 1), Column("b", cells, 2), Column("c", cells, 0, least=3)]
    assert [(column.title, width) for column, width in columns_for(columns, 40)] == [("a", 8), ("b", 8), ("c", 8)]
    assert [(column.title, width) for column, width in columns_for(columns, 16)] == [("a", 8), ("c", 6)]
    fitting = columns_for(columns, 16)
    assert said([header(fitting), row(fitting, 0)]) == "a         c\nabcdefgh  abcde…"
    assert (
        said([padded((("ab", 0), ("cdef", 1)), 4)]) == "abc…"
        and said([padded((("ab", 0),), 4, right=True)]) == "  ab"
    )


def test_models_say_what_is_in_use() -> None:
    nothing = model(version(1, f1=0.5), name="embeddings")
    broken = model(version(1, f1=0.5), name="yolo", problem="a line cannot be read")
    assert said(model_lines([nothing, THREE, broken], 1, 24, 10)) == (
        "  utility/embeddings\n  @1, none in use\n▸ utility/ner\n  ● @2 production\n  ◆ @3 staging\n"
        "  utility/yolo\n  ✗ damaged history"
    )
    assert "utility/yolo" in said(model_lines([nothing, THREE, broken], 2, 24, 3))


def test_the_history_says_who_what_and_whether_the_gate_was_overruled() -> None:
    moves = [
        Entry(
            t=NOW - 60, who="ada", action="rollback", alias="production", from_version=3, to_version=2, why="worse"
        ),
        Entry(
            t=NOW - 7200, who="bob", action="promote", to_version=3, forced=True, gate={"passed": False}, why="now"
        ),
        Entry(t=NOW - 9e5, who="bob", action="promote", to_version=2, gate={"passed": True}),
        Entry(t=NOW - 9e5, who="c", action="threshold", to_version=2, detail={"thresholds": {"automatic": 0.9}}),
    ]
    assert said(history_lines(moves, NOW, 80, 9)) == (
        "when  who  what       from → to  gate      why\n"
        "  1m  ada  rollback   @3 → @2              worse\n"
        "2h00  bob  promote    – → @3     ! forced  now\n"
        " 10d  bob  promote    – → @2     ✓ passed\n"
        " 10d  c    threshold  @2                   automatic 0.9"
    )
    assert said(history_lines(moves, NOW, 80, 2, ascii_only=True)).splitlines()[1].endswith("@3 -> @2    worse")
    assert said(history_lines([], NOW, 80, 5)) == "Nothing was moved yet."


REFUSED = GateResult(
    candidate="utility/ner@3",
    production="utility/ner@2",
    checks=[
        Check(name="files", passed=True, sentence="Every file is as it was registered."),
        Check(name="target f1", passed=False, sentence="f1 is 0.81, the target f1 ≥ 0.85 is missed."),
    ],
)


def test_what_failed_stands_first() -> None:
    assert said(gate_lines(REFUSED, 60)) == (
        "✗ failed  target f1  f1 is 0.81, the target f1 ≥ 0.85 is\n"
        "                     missed.\n"
        "✓ passed  files      Every file is as it was registered."
    )
    assert said([verdict_line(REFUSED, ascii_only=True)]) == "x It does not pass the gate: 1 of 2 checks failed."


@pytest.mark.parametrize(
    ("passed", "typed", "why", "told"),
    [
        (True, "", "", ""),
        (False, "", "", "type force and a reason"),
        (False, "yes", "because", "type force and a reason"),
        (False, "force", " ", "needs a reason"),
        (False, "force ", "because", ""),
    ],
)
def test_what_a_promotion_still_needs(passed: bool, typed: str, why: str, told: str) -> None:
    result = REFUSED if not passed else GateResult(candidate="a", production=None, checks=REFUSED.checks[:1])
    found = missing(result, typed, why)
    assert told in found and bool(found) == bool(told)


def between(metric: str, first: float, second: float, verdict: Any, mode: Any = "max", **facts: Any) -> Difference:
    given: dict[str, Any] = {
        "difference": second - first,
        "interval": (0.001, 0.06),
        "level": 0.95,
        "better_in": 0.98,
        "p_value": 0.031,
        "test": "paired bootstrap",
        "detectable": 0.042,
    }
    values: dict[str, Any] = {"first_value": first, "second_value": second, "verdict": verdict}
    return Difference(metric=metric, mode=mode, **(given | values | facts))


def test_a_comparison_tells_differences_and_the_rows_that_changed() -> None:
    changed = ChangedRow(
        row=7, asked="18 feet\nfrom it", wanted="MEASURE", first="O", second="MEASURE", first_error=1, second_error=0
    )
    one = Challenger(
        first="utility/ner@2",
        second="utility/ner@3",
        headline=between("f1", 0.88, 0.91, "better"),
        others=[between("mae", 0.5, 0.4, "better", "min", interval=None, p_value=0.0004, detectable=None)],
        by_rows=RowTest(test="McNemar", p_value=0.02, rows=40, fixed=9, broken=2, detectable=0.1),
        fixed=Changes(count=9, rows=[changed]),
        broken=None,
    )
    found = Compared(
        task="token-classification",
        metric="f1",
        dataset="d",
        split="test",
        rows=40,
        groups=None,
        values={},
        challengers=[one],
        latency={},
        notes=["The split validation had a part in the training."],
    )
    text = said(comparison_lines(found, 100))
    assert "utility/ner@3 is better than utility/ner@2: f1 0.910 against 0.880" in text
    assert "f1      0.8800  0.9100    ▲+0.0300  +0.001 to +0.060   0.031       0.042  better" in text
    assert "mae     0.5000  0.4000    ▲-0.1000                    <0.001              better" in text
    assert "9 rows fixed, 2 broken of 40: p 0.02 by McNemar." in text and "had a part" in text
    assert "✓ 9 fixed: @3 answers better, 1 of them shown" in text and "  7  18 feet from it  MEASURE  O" in text
    assert "broken:" not in text


def test_facts_of_a_version_tell_a_raised_threshold_and_what_is_damaged() -> None:
    raised = model(version(1, f1=0.9), standing=Standing(thresholds={1: {"automatic": 0.95}}))
    text = said(facts_lines(raised, raised.versions[0], 60, 20))
    assert "thresholds automatic 0.95 raised" in text and "targets    ✓ f1 ≥ 0.85 (0.9000)" in text
    lost = VersionSeen(2, None, problem="not the manifest of a version")
    assert said(facts_lines(raised, lost, 60, 20)) == "✗ damaged: not the manifest of a version"


@pytest.mark.parametrize(
    ("marked", "number", "pair"),
    [
        ((), 3, (2, 3)),
        ((), 1, (2, 1)),
        ((1, 3), 2, (1, 3)),
        ((1, 2), 3, (2, 1)),
        ((1,), 3, (1, 3)),
        ((3,), 3, (2, 3)),
        ((), 2, None),
    ],
)
def test_what_is_compared_begins_with_production_or_the_older_one(marked: Any, number: int, pair: Any) -> None:
    found = compared(THREE, marked, number)
    assert found == pair or (pair is None and isinstance(found, str))


def test_the_cursor_stays_on_its_version_whatever_comes_and_goes() -> None:
    cursor = Cursor()
    cursor.settle(Shelf((THREE,), THREE, looked=True))
    assert cursor.version is not None and cursor.version.number == 3
    cursor.move(1)
    cursor.mark()
    more = model(*reversed(THREE.versions), version(4, f1=0.9))
    cursor.settle(Shelf((more,), more, looked=True))
    assert cursor.version is not None and (cursor.version.number, cursor.at, cursor.marked) == (2, 2, (2,))
    fewer = model(version(1, f1=0.8), version(4, f1=0.9))
    cursor.settle(Shelf((fewer,), fewer, looked=True))
    assert cursor.version is not None and (cursor.version.number, cursor.marked) == (4, ())
    cursor.settle(Shelf(looked=True))
    assert cursor.version is None and cursor.at == -1 and not cursor.move_model(1)


def test_at_most_two_are_marked() -> None:
    cursor = Cursor()
    cursor.settle(Shelf((THREE,), THREE, looked=True))
    for _ in range(3):
        cursor.mark()
        cursor.move(1)
    assert cursor.marked == (1, 2)


def test_questions_say_what_would_be_done() -> None:
    assert "from @2 back to @1" in ask_rollback(THREE).sentences[0]
    assert "from @3 to @1" in ask_stage(THREE, THREE.versions[2]).sentences[0]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("automatic", "0.9", ""),
        ("automatic", "0.8", "is 0.8 already"),
        ("automatic", "much", "as a number"),
        ("automatic", "1.2", "as a number"),
        ("automatic", "nan", "as a number"),
        ("pair", "0.9", "no threshold 'pair'"),
    ],
)
def test_a_threshold_only_goes_up(name: str, value: str, told: str) -> None:
    found = ask_threshold(THREE, THREE.versions[0]).missing({"name": name, "value": value, "why": ""})
    assert told in found and bool(found) == bool(told)


def test_a_column_that_is_cut_grows_before_another_comes() -> None:
    cells = ((("abcdefgh", 0),),)
    columns = [Column("a", cells, 1, least=3), Column("b", cells, 2), Column("c", cells, 30)]
    assert [(column.title, width) for column, width in columns_for(columns, 22)] == [("a", 8), ("b", 8)]
    assert [(column.title, width) for column, width in columns_for(columns, 28)] == [("a", 8), ("b", 8), ("c", 8)]


def test_no_line_begins_with_a_percent_sign() -> None:
    assert said(wrapped("between 10 and 100 %.", 20, 0)) == "between 10 and\n100 %."


def a_status(
    verdict: Any, *, shadow: bool = False, outcomes: tuple[int, int] = (40, 60), crossed: bool = False
) -> Any:
    deployment = Deployment(
        id="3-0",
        production=2,
        candidate=3,
        mode="shadow" if shadow else "split",
        share=10,
        salt="",
        started=NOW - 7200,
    )
    judgement = Judgement(
        verdict=verdict,
        production=0.9 if outcomes[0] else None,
        candidate=0.85 if outcomes[1] else None,
        outcomes=outcomes,
        difference=-0.05,
        lower=-0.12,
        upper=0.02,
        alpha=0.05,
        uneven=False,
    )
    return Status(
        deployment=deployment,
        production=Count(requests=9012, failed=9, automatic=900, human=100),
        candidate=Count(requests=988),
        evidence=Evidence(),
        judgement=judgement,
        guards=(
            Guard(name="errors", crossed=crossed, told="the candidate is wrong 5 % more often"),
            Guard(name="failures", crossed=False, told=""),
        ),
        recent_production=Recent(requests=500, p95_ms=11.4),
        recent_candidate=Recent(),
        decision=Decision(action="stay", why="12 of 50 labelled outcomes"),
    )


def test_the_ab_tells_both_arms_and_the_verdict() -> None:
    assert said(traffic_lines(a_status("not yet"), NOW, 80, 12)) == (
        "@3 beside @2  ━───────── 10 % of the keys  for 2h00\n"
        "               requests  failed  labelled   wrong    p95  verified\n"
        "production @2     9,012   0.1 %        40  10.0 %  11 ms      10 %\n"
        "candidate @3        988   0.0 %        60  15.0 %      –         –\n"
        "… Not yet decided: -12.0 to +2.0 points\n"
        "It stays: 12 of 50 labelled outcomes.\n"
        "guards  ✓ errors  ✓ failures"
    )


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (a_status("worse"), "x The candidate is worse: -12.0 to +2.0 points"),
        (a_status("not yet", shadow=True), "shadow: it sees all and answers nobody"),
        (a_status("not yet", outcomes=(0, 0)), "nobody has said yet which answers were right"),
        (a_status("worse", crossed=True), "x errors: the candidate is wrong 5 % more often"),
        (None, "Nothing is deployed"),
    ],
)
def test_the_ab_says_what_matters_without_colours(status: Any, told: str) -> None:
    text = said(traffic_lines(status, NOW, 80, 12, ascii_only=True))
    assert told in text and text.isascii()


def listed(name: str, kind: str, **facts: Any) -> Listed:
    given: dict[str, Any] = {
        "profile": "utility",
        "model": "ner",
        "train": "full",
        "ends_in": "staging",
        "next": None,
        "time_zone": "UTC",
        "why": "12 of 50 examples",
        "numbers": {},
        "last": None,
        "silent_until": None,
        "going_on": "",
    }
    return Listed(trigger=name, kind=kind, **(given | facts))


def test_triggers_say_when_they_come_next_and_what_came_of_the_last_time() -> None:
    last = LastFiring(t=NOW - 7200, why="300 examples", run="r", outcome="refused", told="f1 is 0.81", version=4)
    found = [
        listed("nightly", "schedule", next=NOW + 3600, why="next at 03:00"),
        listed("more", "data", last=last, silent_until=NOW + 7200),
        listed("odd", "environment", going_on="run-7"),
    ]
    assert said(trigger_lines(found, NOW, 80, 20)) == (
        "trigger  kind         next             last\n"
        "nightly  schedule     in 1h00          never\n"
        "  now: next at 03:00\n"
        "more     data         silent for 2h00  ✗ refused @4 2h00 ago\n"
        "  now: 12 of 50 examples\n"
        "  then: 300 examples; f1 is 0.81\n"
        "odd      environment  training         never\n"
        "  now: 12 of 50 examples"
    )
    assert "a profile says so" in said(trigger_lines([], NOW, 80, 5))
    assert said(trigger_lines(found, NOW, 80, 5, problem="no profile")) == "no profile"
