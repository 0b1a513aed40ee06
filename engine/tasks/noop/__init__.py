"""The task that follows a script: drives runs, workers, states and the console in milliseconds."""

from engine.tasks.contract import Task

TASK = Task(
    name="noop",
    title="No operation",
    package="engine.tasks.noop",
    headline="score",
    predicts_on="text",
)
