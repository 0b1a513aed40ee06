"""Image classification by transfer learning, with embeddings for people that training never saw."""

from engine.tasks.contract import Task

TASK = Task(
    name="image-classification",
    title="Image classification",
    package="engine.tasks.image_classification",
    headline="accuracy",
    metrics=(
        "accuracy",
        "macro_f1",
        "precision",
        "recall",
        "auc",
        "eer",
        "tar_at_far_1e-2",
        "tar_at_far_1e-3",
        "rank1",
        "rank5",
        "open_set_rejection",
        "accepted",
        "calibration_error",
        "largest_gap",
        "*/recall",
        "*/precision",
    ),
    predicts_on="image",
    feedback="label",
    new_labels=True,
)
