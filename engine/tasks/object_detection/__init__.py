"""Object detection: what stands where in a picture, as boxes with a class and a confidence."""

from engine.tasks.contract import Task

TASK = Task(
    name="object-detection",
    title="Object detection",
    package="engine.tasks.object_detection",
    headline="map50_95",
    metrics=(
        "map50_95",
        "map50",
        "precision",
        "recall",
        "*/map50_95",
        "*/map50",
        "*/precision",
        "*/recall",
        "*/recall_small",
        "*/recall_medium",
        "*/recall_large",
    ),
    predicts_on="image",
    feedback="objects",
)
