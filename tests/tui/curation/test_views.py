"""What Curate says, as lines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.curation.decisions import Decision
from engine.curation.review import Counts
from tui.curation.searching import progress_of
from tui.curation.views import confirmation, counts_line, flagged_lines, item_lines
from tui.theme import SELECTED
from tui.widgets.cells import width_of


def item(at: int, problem: str = "blur", **facts: Any) -> Decision:
    given = {"label": "cell", "score": 0.5, "suggested": "drop", "why": "as soft as blurred copies"}
    return Decision("0" * 24 + ".png", "train", at, problems=(problem,), **(given | facts))


def said(line: Any) -> str:
    return "".join(text for text, _ in line)


def test_a_question_mark_stands_where_nobody_has_decided() -> None:
    lines = flagged_lines([item(1), item(2, decision="keep"), item(3, decision="relabel:diode")], 1, 46, 10)
    assert [said(line).rstrip() for line in lines] == [
        "? blur       0.50 cell                drop?",
        "✓ blur       0.50 cell                keep",
        "→ blur       0.50 cell                relabel",
    ]
    assert all(role & SELECTED for _, role in lines[1]) and not any(role & SELECTED for _, role in lines[0])


@given(st.integers(1, 60), st.integers(0, 59), st.integers(1, 30), st.integers(20, 80), st.booleans())
def test_the_cursor_is_always_seen_and_nothing_is_wider_than_the_list(
    count: int, at: int, height: int, width: int, ascii_only: bool
) -> None:
    at = min(at, count - 1)
    lines = flagged_lines([item(number) for number in range(count)], at, width, height, ascii_only=ascii_only)
    assert len(lines) == min(count, height) and sum(bool(line[0][1] & SELECTED) for line in lines) == 1
    assert width < 32 or all(width_of(line) <= width for line in lines)


def test_what_was_found_is_wrapped_and_a_note_stands_below() -> None:
    lines = item_lines(item(1, note="ask Ada"), 20, 8)
    assert [said(line) for line in lines][1:3] == ["as soft as blurred", "copies"]
    assert said(lines[-2]) == "not decided: drop is suggested" and said(lines[-1]) == "ask Ada"
    assert said(item_lines(item(1, decision="relabel:diode"), 60, 8)[-1]) == "→ decided: relabel as diode"


def test_figures_say_how_far_it_is_and_leave_out_what_does_not_fit() -> None:
    counts = Counts(flagged=40, decided=10, drop=20, relabel=3, problems={"blur": 4})
    how: dict[str, Any] = {"dataset": "infrared-targets-1", "problem": "blur", "shown": 4}
    line = counts_line(counts, width=120, **how)
    assert said(line) == " 10 of 40 decided ━━────── · drop 20 · relabel 3 · only blur: 4 · infrared-targets-1"
    assert said(counts_line(counts, width=40, **how)) == " 10 of 40 decided ━━────── · drop 20"


def test_the_confirmation_counts_what_nobody_has_decided_on() -> None:
    items = [item(1, decision="drop"), item(2), item(3, "leak"), item(4, suggested="keep"), item(5, decision="keep")]
    assert confirmation(items, "a")[:2] == [
        "3 pictures are dropped: 2 blur, 1 leak.",
        "Of these 2 as it is suggested: nobody has decided on them.",
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("measuring pictures: 1,024 of 20,000\n", ("measuring pictures", 1024, 20000)),
        ("error: faces: there is no such dataset", None),
        ("", None),
    ],
)
def test_progress_is_read_from_the_words_of_the_command(line: str, found: Any) -> None:
    assert progress_of(line) == found
