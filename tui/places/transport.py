"""The command that speaks with a workspace on another machine. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from engine.errors import InputError
from tui.places.address import Address

VARIABLE = "FINETOP_SSH"
SSH = ("ssh",)
OPTIONS = (
    "-T",
    "-a",
    "-x",
    # Nobody sits at its prompt: a password cannot be asked for while the console has the terminal.
    "-oBatchMode=yes",
    "-oConnectTimeout=10",
    "-oServerAliveInterval=10",
    "-oServerAliveCountMax=3",
    "-oClearAllForwardings=yes",
    "-oLogLevel=ERROR",
)


def ssh_command(given: str | None, environment: Mapping[str, str]) -> tuple[str, ...]:
    """`--ssh`, then FINETOP_SSH, then `ssh`; split into words as a shell does. Raises InputError."""
    text = given if given is not None else environment.get(VARIABLE, "")
    try:
        words = tuple(shlex.split(text))
    except ValueError as problem:
        raise InputError(
            f"not a command ({problem})", where="--ssh", fix='write it as in --ssh "ssh -p 2222"'
        ) from None
    return words or SSH


def command(address: Address, ssh: Sequence[str], *, engine: str = "engine", readonly: bool = False) -> list[str]:
    """The words of the local process. Only the shell over there sees the last one, and there every part is quoted."""
    words = [engine, "attach"]
    if address.path:
        words += ["--workspace", address.path]
    if readonly:
        words.append("--readonly")
    return [*ssh, *OPTIONS, "--", address.host, shlex.join(words)]
