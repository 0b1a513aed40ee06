"""Figures of a report as text."""

from engine.cli.plot import plot_report
from engine.evaluation.report import Report, Table

CONFUSION = Table(
    "Confusion of types",
    ["truth", "MEASURE", "EQUIPMENT", "(missed)"],
    [["MEASURE", 7, 1, 0], ["EQUIPMENT", 0, 5, 2], ["(spurious)", 1, 0, 0]],
    figure="confusion",
)
CALIBRATION = Table(
    "Calibration",
    ["confidence", "entities", "mean confidence", "right"],
    [["0.8 – 0.9", 5, 0.85, 0.6], ["0.9 – 1.0", 9, 0.95, 1.0], ["0.1 – 0.2", 0, None, None]],
    figure="calibration",
)


def report(*tables: Table) -> Report:
    return Report(task="t", dataset="d", split="test", examples=3, metrics={}, tables=list(tables))


def test_a_confusion_matrix_shows_every_class_and_count() -> None:
    shown = plot_report(report(CONFUSION))
    assert all(name in shown for name in ("MEASURE", "EQUIPMENT", "(missed)", "(spurious)"))
    assert "7" in shown and "5" in shown


def test_calibration_shows_the_points_beside_the_diagonal() -> None:
    shown = plot_report(report(CALIBRATION))
    assert shown.count("●") >= 2 and "as promised" in shown


def test_a_report_without_figures_draws_nothing() -> None:
    assert plot_report(report(Table("Entity types", ["type"], [["A"]]))) == ""


def test_curves_have_a_name_each() -> None:
    curves = Table(
        "Precision over recall",
        ["recall", "pole", "crossarm"],
        [[0.0, 1.0, 0.9], [0.5, 0.8, None], [1.0, 0.2, 0.0]],
        figure="curves",
    )
    shown = plot_report(report(curves))
    assert all(name in shown for name in ("Precision over recall", "pole", "crossarm", "recall"))
