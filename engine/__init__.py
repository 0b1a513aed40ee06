"""finetop's engine: train, watch and use small specialised models, without a screen.

The verbs of the `engine` command, in Python:

    import engine
    handles = engine.train("utility", ["ner"], preset="quick")
    handles[0].wait()
    engine.predict(handles[0].id, ["Maintain 18 feet from the pole."])

Importing this package imports nothing heavy: each verb loads what it needs when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from engine.api import (
        add_feedback,
        evaluate,
        expire,
        fetch,
        finetune,
        forget,
        generate,
        import_data,
        predict,
        run,
        train,
    )
    from engine.comparing import compare

__all__ = [
    "add_feedback",
    "compare",
    "evaluate",
    "expire",
    "fetch",
    "finetune",
    "forget",
    "generate",
    "import_data",
    "predict",
    "run",
    "runs",
    "train",
]


def __getattr__(name: str) -> Any:
    if name == "compare":
        from engine.comparing import compare

        return compare
    if name == "runs":
        import importlib

        return importlib.import_module("engine.runs")
    if name in __all__:
        from engine import api

        return getattr(api, name)
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
