"""The options of the `finetop` command. Imports nothing heavy: `finetop --help` is answered at once."""

from __future__ import annotations

import argparse
from pathlib import Path

from tui.places.options import add_arguments

DEFAULT_SPEED = 20.0

EPILOG = """\
Training runs in processes of their own: closing the console, or losing the connection, changes nothing for them.
If a dropped connection leaves the terminal printing codes when the mouse moves, run `reset`, or use --no-mouse.
"""


def parser() -> argparse.ArgumentParser:
    """Of all that can be written after `finetop`."""
    made = argparse.ArgumentParser(
        prog="finetop",
        description="The console: generate data, start training, watch it, try the models.",
        epilog=EPILOG,
    )
    made.add_argument(
        "--workspace",
        metavar="DIR",
        help="where runs, datasets and models lie (default: $FINETOP_WORKSPACE or ./workspace)",
    )
    add_arguments(made)
    made.add_argument("--readonly", action="store_true", help="watch only: nothing can be started or stopped")
    made.add_argument(
        "--low-bandwidth",
        action=argparse.BooleanOptionalAction,
        help="for slow lines: news 2 times a second, nothing animated (default: over SSH)",
    )
    made.add_argument("--ascii", action="store_true", help="for fonts without braille and box characters")
    made.add_argument(
        "--graphics",
        choices=("kitty", "blocks", "none"),
        help="how pictures are shown (default: $FINETOP_GRAPHICS, or what the terminal is known to do)",
    )
    made.add_argument(
        "--training-db",
        metavar="FILE",
        type=Path,
        help="the folders that Label shows (default: the newest training.db of the workspace)",
    )
    made.add_argument("--labeller", metavar="NAME", help="whose labels you give in Label (default: your user name)")
    made.add_argument(
        "--web",
        metavar="PORT",
        type=_port,
        nargs="?",
        const=8017,
        help="serve the console to a browser on this machine, behind a token (default: port 8017)",
    )
    made.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    made.add_argument("--keys", action="store_true", help="print every key with its name in the settings, and leave")
    made.add_argument("--markdown", action="store_true", help="with --keys: as docs/keys.md has them")
    made.add_argument("--replay", metavar="RUN", help="play a run that is over as if it were live")
    made.add_argument(
        "--speed", metavar="N", type=float, help=f"of the replay: N times as fast (default: {DEFAULT_SPEED:g})"
    )
    made.add_argument(
        "--screenshot",
        nargs="+",
        metavar=("FILE.svg", "SCREEN"),
        help="write a picture of a screen and leave (default: monitor); of a replay just before its end",
    )
    made.add_argument("--theme", metavar="NAME", help="of the picture: dark or light (default: dark)")
    made.add_argument("--size", metavar="WxH", type=_size, default=(120, 40), help="of the picture (default: 120x40)")
    return made


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) >= 40 and int(height) >= 12):
        raise argparse.ArgumentTypeError("write columns and rows, as in 120x40; at least 40x12")
    return int(width), int(height)


def _port(text: str) -> int:
    if not (text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError("write a port from 1 to 65535")
    return int(text)
