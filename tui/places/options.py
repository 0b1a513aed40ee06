"""`--attach` and what belongs to it."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.places.attached import Attached


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of other machines."""
    group = parser.add_argument_group("other machines")
    group.add_argument(
        "--attach",
        metavar="HOST:DIR",
        action="append",
        default=[],
        help="watch the workspace DIR of another machine, too, over SSH; give it once for each",
    )
    group.add_argument("--remote-engine", metavar="FILE", default="engine", help="the `engine` command over there")
    group.add_argument("--ssh", metavar="COMMAND", help="how to reach them (default: $FINETOP_SSH or ssh)")


def attached_of(given: argparse.Namespace) -> tuple[Attached, ...]:
    """What the options name. Raises InputError."""
    if not given.attach:
        return ()
    from tui.places.address import names_of, parse
    from tui.places.attached import Attached
    from tui.places.transport import ssh_command

    addresses = [parse(text) for text in given.attach]
    ssh = ssh_command(given.ssh, os.environ)
    return tuple(
        Attached(name, address, ssh, engine=given.remote_engine, readonly=given.readonly)
        for name, address in zip(names_of(addresses), addresses, strict=True)
    )
