"""What is said below a filter while it is typed."""

from __future__ import annotations

import pytest

from engine.runs.filter import FilterError, parse_filter
from tui.monitor.hint import completed, completions, hint, settled


def said(text: str, width: int = 110, *, writing: bool = True) -> str:
    problem = None
    try:
        parse_filter(text)
    except FilterError as found:
        problem = found
    return "".join(part for part, _ in hint(text, len(text), problem, 3, 40, width, writing=writing))


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("", []),
        ("st", ["status:", "step>"]),
        ("ner st", ["status:", "step>"]),
        ("-st", ["status:", "step>"]),
        ("(st", ["status:", "step>"]),
        ("status:f", ["status:failed"]),
        ("status:failed", []),
        ("target:", ["target:reached", "target:missed", "target:none"]),
        ("xyz", []),
    ],
)
def test_what_a_word_could_become(text: str, offered: list[str]) -> None:
    assert completions(text, len(text)) == offered


@pytest.mark.parametrize(
    ("text", "cursor", "after"),
    [
        ("ner st", 6, ("ner status:", 11)),
        ("-sta", 4, ("-status:", 8)),
        ("st ner", 2, ("status: ner", 7)),
        ("xyz", 3, None),
    ],
)
def test_tab_completes_the_word_before_the_cursor(text: str, cursor: int, after: tuple[str, int] | None) -> None:
    assert completed(text, cursor) == after


@pytest.mark.parametrize(
    ("text", "kept"), [("ner sta", "ner "), ("sta ", "sta "), ("ner", "ner"), ("status:f", "status:f")]
)
def test_a_word_that_may_become_a_field_is_not_yet_looked_for(text: str, kept: str) -> None:
    assert settled(text, len(text)) == kept


def test_it_counts_and_offers_and_says_what_is_wrong_and_where() -> None:
    assert said("ner").startswith("3 of 40  task:ner")
    assert "Tab completes  status:" in said("st")
    assert "character 8: there is no state 'faild'" in said("status:faild ner")
    # What is still being typed is no mistake yet, but is told what it wants.
    assert "status: wants a value" not in said("status:") and "f1> wants a value" in said("f1>")
    assert "Esc shows every run" in said("ner", writing=False)


def test_it_fits_the_width() -> None:
    for width in (20, 40, 80):
        assert len(said("", width).rstrip()) <= width
