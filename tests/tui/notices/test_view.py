"""The list as lines."""

from __future__ import annotations

import pytest

from tui.notices.notice import Kind, Notice
from tui.notices.view import kind_line, rows_of
from tui.widgets.cells import width_of

from .conftest import NOW

NIGHT = [
    Notice(Kind.DONE, NOW - 3 * 86_400, "a", "ner 90be", "f1 0.93, target 0.85 reached"),
    Notice(Kind.FAILED, NOW - 3_700, "b", "embeddings 4d10", "out of memory: " + "x" * 200),
    Notice(Kind.DISK, NOW - 2, text="1.0 GiB of 40.0 GiB left"),
]


def texts(**facts: object) -> list[str]:
    rows = rows_of(NIGHT, **({"since": NOW - 7_200, "now": NOW, "width": 100} | facts))  # type: ignore[arg-type]
    return ["".join(text for text, _ in row.line).rstrip() for row in rows]


def test_newest_first_under_headings() -> None:
    away, disk, failed, before, done = texts()
    assert away.startswith("── while you were away, since 12:40 ─")
    assert disk.startswith("      now  ▲ disk nearly full  this machine") and disk.endswith(
        "1.0 GiB of 40.0 GiB left"
    )
    assert failed.startswith(" 1h01 ago  ✗ failed") and failed.endswith("…")
    assert before.startswith("── before ─")
    assert done.startswith("   3d ago  ✓ done")


def test_without_anything_new_there_is_no_heading() -> None:
    assert len(texts(since=NOW)) == 3 and len(texts(since=None)) == 3


@pytest.mark.parametrize("width", [20, 50, 76, 100, 200])
def test_no_line_is_wider_than_the_window(width: int) -> None:
    for row in rows_of(NIGHT, since=None, now=NOW, width=width):
        assert width_of(row.line) <= max(width, 54)


def test_in_ascii_every_character_is() -> None:
    assert all(text.isascii() for text in texts(ascii_only=True))


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_has_a_glyph_and_a_word(kind: Kind) -> None:
    ((text, _),) = kind_line(kind)
    assert text[1:] == f" {kind}" and not text[0].isalnum()
