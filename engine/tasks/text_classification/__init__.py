"""Text classification from few labels: one label for each text, with a confidence that means what it says."""

from engine.tasks.contract import Task

TASK = Task(
    name="text-classification",
    title="Text classification",
    package="engine.tasks.text_classification",
    headline="macro_f1",
    metrics=("macro_f1", "accuracy", "*/precision", "*/recall", "*/f1"),
    predicts_on="text",
)
