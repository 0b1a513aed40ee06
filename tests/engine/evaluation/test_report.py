"""Reports on disk."""

from __future__ import annotations

from pathlib import Path

from engine.evaluation.report import Report, Table, read_report, write_report


def test_a_report_comes_back_from_disk_and_has_a_page_beside_it(tmp_path: Path) -> None:
    report = Report(
        task="token-classification",
        dataset="d",
        split="test",
        examples=3,
        metrics={"f1": 0.5, "loss": float("nan")},
        intervals={"f1": (0.4, 0.6)},
        slices={"unseen": {"f1": 0.25}},
        baseline={"f1": 0.0},
        tables=[Table("Types", ["type", "F1"], [["A|B", 0.123456]])],
        errors=[{"text": "two\nlines", "errors": ["missed"]}],
        notes=["Target missed"],
    )
    write_report(report, tmp_path / "report.json")
    assert read_report(tmp_path / "report.json").metrics == {"f1": 0.5, "loss": None}
    page = (tmp_path / "report.md").read_text()
    assert "| f1 | 0.5 | 0.400 – 0.600 | 0 | 0.25 |" in page
    assert "> Target missed" in page
    assert "A\\|B" in page
    assert "text: two lines" in page
