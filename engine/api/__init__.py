"""The verbs of the `engine` command as Python functions. The command and the console stand on these."""

from __future__ import annotations

from engine.api.data import apply_curation, curate, fetch, generate, import_data, preview_generate, preview_import
from engine.api.feedback import add_feedback, finetune, read_feedback
from engine.api.models import as_row, evaluate, predict
from engine.api.privacy import expire, forget
from engine.api.trainings import resolve_models, run, runs, specify, train

__all__ = [
    "add_feedback",
    "apply_curation",
    "as_row",
    "curate",
    "evaluate",
    "expire",
    "fetch",
    "finetune",
    "forget",
    "generate",
    "import_data",
    "predict",
    "preview_generate",
    "preview_import",
    "read_feedback",
    "resolve_models",
    "run",
    "runs",
    "specify",
    "train",
]
