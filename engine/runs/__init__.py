"""A run's life: one training of one model, in one directory.

`engine.runs()` lists the runs of a workspace; the modules of this package are the parts of a run.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Runs(ModuleType):
    """Lets the package's name be the verb of the Python interface as well: `engine.runs()`."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from engine.api import runs

        return runs(*args, **kwargs)


sys.modules[__name__].__class__ = _Runs
