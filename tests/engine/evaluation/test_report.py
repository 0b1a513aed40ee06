"""Reports on disk."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.evaluation.report import (
    Picture,
    Report,
    Table,
    as_markdown,
    figure_names,
    pictures_of,
    read_report,
    without_content,
    write_report,
)


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


def with_pictures(*pictures: Picture) -> Report:
    return Report(task="t", dataset="d", split="test", examples=1, metrics={}, pictures=list(pictures))


def test_pictures_are_files_beside_the_page_and_no_part_of_the_json(tmp_path: Path) -> None:
    report = with_pictures(Picture("misses/01.jpg", "one | missed", b"content"))
    write_report(report, tmp_path / "good.json")
    assert (tmp_path / "good-pictures" / "misses" / "01.jpg").read_bytes() == b"content"
    assert "![one \\| missed](good-pictures/misses/01.jpg)" in (tmp_path / "good.md").read_text()
    assert read_report(tmp_path / "good.json") == without_content(report)
    assert b"Y29udGVudA" not in (tmp_path / "good.json").read_bytes()


def test_an_error_tells_its_parts_and_leads_to_its_picture() -> None:
    error = {"image": "a.jpg", "errors": ["pole missed", "crossarm | missed"], "picture": "misses/01.jpg"}
    report = msgspec.structs.replace(with_pictures(Picture("misses/01.jpg", "one")), errors=[error])
    link = "[misses/01.jpg](report-pictures/misses/01.jpg)"
    told = f"- image: a.jpg; errors: pole missed · crossarm \\| missed; picture: {link}\n"
    assert told in as_markdown(report)


def test_the_pictures_of_an_earlier_report_go(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report(with_pictures(Picture("a.jpg", "a", b"1"), Picture("b.jpg", "b", b"2")), path)
    write_report(with_pictures(Picture("b.jpg", "b", b"3")), path)
    assert [(file.name, file.read_bytes()) for file in pictures_of(path).iterdir()] == [("b.jpg", b"3")]
    write_report(with_pictures(), path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["report.json", "report.md"]


def test_a_picture_cannot_lie_outside_of_the_report(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="outside"):
        write_report(with_pictures(Picture("../../evil.jpg", "", b"1")), tmp_path / "deep" / "report.json")
    assert not list(tmp_path.rglob("*.jpg")) and not list(tmp_path.rglob("*.tmp"))


ROC = Table("ROC, test", ["FAR", "TAR"], [[0.1, 0.5]], figure="roc")


def test_a_drawn_table_shows_its_svg_and_links_the_png_and_other_pictures_come_last(tmp_path: Path) -> None:
    pictures = [Picture(f"figures/roc-test.{kind}", "ROC, test", b"1") for kind in ("svg", "png")]
    report = msgspec.structs.replace(with_pictures(*pictures, Picture("a.jpg", "a", b"2")), tables=[ROC])
    write_report(report, tmp_path / "report.json")
    page = (tmp_path / "report.md").read_text()
    table, others = page.split("## Pictures")
    assert "![ROC, test](report-pictures/figures/roc-test.svg)" in table.split("## ROC, test")[1]
    assert "[As PNG](report-pictures/figures/roc-test.png)" in table
    assert "roc-test" not in others and "![a](report-pictures/a.jpg)" in others
    assert (tmp_path / "report-pictures" / "figures" / "roc-test.svg").read_bytes() == b"1"


def test_a_drawn_table_without_its_picture_is_a_table() -> None:
    assert "As PNG" not in as_markdown(msgspec.structs.replace(with_pictures(), tables=[ROC]))


def test_each_drawn_table_has_a_file_of_its_own() -> None:
    tables = [ROC, Table("Types", ["type"], []), Table("roc TEST!", ["FAR"], [], figure="roc"), ROC]
    assert figure_names(tables) == ["figures/roc-test", "", "figures/roc-test-no-2", "figures/roc-test-no-3"]
    assert figure_names([Table("率", ["x"], [], figure="curves")]) == ["figures/figure"]
