"""A model is asked about every row of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.errors import DataError, InputError, WorkError
from tui.validate import batch
from tui.validate.batch import Asked, Progress, Result, Stopped, free_name, run_batch
from tui.validate.batch_view import batch_line, in_order, progress_lines, summary_lines


class Model:
    """Finds nothing sure in long texts, and chokes on `bad`."""

    alive = True

    def ready(self) -> None:
        pass

    def answer(self, samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if any(one["text"] == "bad" for one in samples):
            raise WorkError("this sample cannot be read")
        return [{"label": one["text"][0], "confidence": 1 / len(one["text"])} for one in samples]


def asked(path: Path, output: Path | None, **how: Any) -> Result:
    model: Any = how.pop("model", Model())
    given: dict[str, Any] = {"report": lambda progress: None, "stopped": lambda: False} | how
    return run_batch(model, path, "text", "utility/ner@1", output, **given)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    texts = [f'{{"text": "{"a" * (1 + place % 5)}"}}' for place in range(40)]
    path.write_text("\n".join([*texts[:7], "no json", '{"text": "bad"}', *texts[7:]]) + "\n")
    return path


def test_a_bad_row_costs_itself_alone_and_the_result_is_written_whole(rows: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    result = asked(rows, tmp_path / "out.jsonl", report=seen.append)
    assert [one.number for one in result.rows if one.problem] == [8, 9]
    assert "cannot be read" in result.rows[8].problem
    assert (seen[-1].done, seen[-1].total, seen[-1].failed) == (42, 42, 2)
    written = [msgspec.json.decode(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert len(written) == 42 and written[0] == {"row": 1, "text": "a", "label": "a", "confidence": 1.0}
    assert written[7]["row"] == 8 and "not JSON" in written[7]["error"]


def test_what_is_stopped_leaves_no_file(rows: Path, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    told = iter([False, True])
    with pytest.raises(Stopped):
        asked(rows, tmp_path / "out.jsonl", stopped=lambda: next(told))
    assert set(tmp_path.iterdir()) == before


def test_a_model_that_dies_ends_the_batch_and_leaves_no_file(rows: Path, tmp_path: Path) -> None:
    class Dead(Model):
        alive = False

    with pytest.raises(WorkError):
        asked(rows, tmp_path / "out.jsonl", model=Dead())
    assert not (tmp_path / "out.jsonl").exists()


def test_nothing_is_written_over_and_too_many_rows_are_refused(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="already"):
        asked(rows, rows)
    monkeypatch.setattr(batch, "MOST_ROWS", 41)
    with pytest.raises(DataError, match="engine predict utility/ner@1"):
        asked(rows, None)
    (tmp_path / "empty.txt").write_text("\n")
    with pytest.raises(DataError, match="no row"):
        asked(tmp_path / "empty.txt", None)


def test_the_name_of_the_result_is_free(tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    assert free_name(source).name == "rows.predictions.jsonl"
    free_name(source).write_text("")
    assert free_name(source).name == "rows.predictions-2.jsonl"


ROWS = (
    Asked(1, {"text": "x", "label": "a"}, {"label": "a", "confidence": 0.9}),
    Asked(2, {}, problem="no text"),
    Asked(3, {"text": "y", "label": "a"}, {"label": "b", "confidence": 0.2}),
    Asked(4, {"text": "z"}, {"label": "b"}),
)


def test_the_least_sure_come_first_and_those_that_say_nothing_last() -> None:
    assert [one.number for one in in_order(ROWS, "least sure first")] == [3, 1, 2, 4]
    assert [one.number for one in in_order(ROWS, "surest first")] == [1, 3, 2, 4]
    assert [one.number for one in in_order(ROWS, "row", only_wrong=True)] == [2, 3]


def words(line: Any) -> str:
    return "".join(text for text, _ in line)


def test_a_row_says_what_failed_and_what_is_wrong() -> None:
    assert words(batch_line(ROWS[1], 60, 2)) == " 2  ✗ failed  no text"
    assert words(batch_line(ROWS[2], 60, 1, ascii_only=True)).startswith("3  x wrong  0.20  b")


def test_the_summary_counts_labels_and_what_is_right() -> None:
    result = Result("utility/ner@1", Path("rows.jsonl"), ROWS, None)
    first, labels, order = map(words, summary_lines(result, 4, "row", only_wrong=False))
    assert first == "4 rows of rows.jsonl by utility/ner@1 · 1 of 2 labelled ones right (50 %) · 1 failed"
    assert labels == "b 2  a 1" and order == "by row · not written: --readonly"


def test_progress_has_rate_and_time_left() -> None:
    lines = [words(line) for line in progress_lines(Progress(100, 300, 20.0, failed=1))]
    assert lines[0].endswith("100/300 rows") and lines[1] == "5.0 rows/s · 40s left" and "1 rows failed" in lines[2]
    assert all(words(line).isascii() for line in progress_lines(Progress(0, 3, 0.0), ascii_only=True))
