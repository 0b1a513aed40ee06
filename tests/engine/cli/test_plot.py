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


def test_a_roc_is_drawn_over_rare_false_accepts_and_over_all() -> None:
    roc = Table(
        "ROC", ["FAR", "before", "after"], [[0.01, None, 0.5], [0.1, 0.4, 0.8], [1.0, 1.0, 1.0]], figure="roc"
    )
    shown = plot_report(report(roc))
    assert all(name in shown for name in ("ROC, log", "ROC, linear", "before", "after", "FAR", "TAR"))


def test_a_histogram_has_a_line_for_each_kind() -> None:
    distances = Table(
        "Distances", ["distance", "same", "different"], [[0.1, 0.7, 0.0], [0.3, 0.3, 1.0]], figure="histogram"
    )
    shown = plot_report(report(distances))
    assert all(name in shown for name in ("Distances", "same", "different", "distance"))


def test_a_roc_without_a_curve_draws_nothing_and_breaks_nothing() -> None:
    bare = Table("ROC", ["FAR", "TAR"], [[0.1, None]], figure="roc")
    assert plot_report(report(bare)) == "" and plot_report(report(bare, CALIBRATION)) == plot_report(
        report(CALIBRATION)
    )
    assert "linear" in plot_report(report(Table("ROC", ["FAR", "TAR"], [[0.0, 0.1]], figure="roc")))
