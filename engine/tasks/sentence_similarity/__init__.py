"""Sentence similarity: how alike two texts are in meaning, from 0 to 1."""

from engine.tasks.contract import Task

TASK = Task(
    name="sentence-similarity",
    title="Sentence similarity",
    package="engine.tasks.sentence_similarity",
    headline="correlation",
    metrics=("correlation", "spearman", "pearson", "mae"),
    predicts_on="text pair",
)
