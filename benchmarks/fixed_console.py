"""The console with a clock of one's own and no figures of this machine: what it shows is the same at each start.

    python benchmarks/fixed_console.py WORKSPACE [--now SECONDS] [--speed N] [--low-bandwidth]

Its clock stands at `--now`; with `--speed` it runs on from there, that many times as fast as the world's.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--now", type=float, default=1.8e9)
    parser.add_argument("--speed", type=float, default=0.0)
    parser.add_argument("--low-bandwidth", action="store_true")
    given = parser.parse_args()

    from tui.__main__ import terminal_settings

    os.environ.update(terminal_settings(os.environ, low_bandwidth=given.low_bandwidth))
    from engine.workspace import Workspace
    from tui.app import FinetopApp, Options

    began = time.time()

    def now() -> float:
        return float(given.now + given.speed * (time.time() - began))

    app = FinetopApp(Options(Workspace(given.workspace), readonly=True, low_bandwidth=given.low_bandwidth, now=now))
    app.run()


if __name__ == "__main__":
    main()
