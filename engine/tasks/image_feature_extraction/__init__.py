"""Retrieval: a picture is what its nearest neighbours among known pictures are, with a calibrated confidence."""

from engine.tasks.contract import Task

TASK = Task(
    name="image-feature-extraction",
    title="Image retrieval",
    package="engine.tasks.image_feature_extraction",
    headline="map",
    metrics=(
        "map",
        "accuracy",
        "macro_f1",
        "calibration_error",
        "brier",
        "false_accept_rate",
        "answered",
        "*/accuracy",
        "*/map",
    ),
    predicts_on="image",
    feedback="label",
    new_labels=True,
)
