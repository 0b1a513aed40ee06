"""What the numbers are that go in and out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One embedding per row."""
Probabilities = NDArray[np.float64]
"""One example per row, one class per column; rows sum to 1."""
Scores = NDArray[np.float64]
Positions = NDArray[np.int64]
"""Where examples stand among those given."""
