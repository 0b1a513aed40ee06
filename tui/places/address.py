"""Where a workspace lies, as the operator writes it: `user@gpu1:/srv/workspace`, as for scp. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import InputError

FORM = "write HOST:DIR, such as gpu1:/srv/workspace, user@gpu1 or [::1]:workspace"
_HOST = re.compile(r"(?:(?P<user>[^@\s:\[\]]+)@)?(?:\[(?P<six>[0-9A-Fa-f:.%\w-]+)\]|(?P<host>[^@\s:\[\]]+))")


@dataclass(frozen=True)
class Address:
    """A workspace on another machine."""

    host: str
    """As ssh takes it: an alias of its configuration, a name or an address, with the user before an `@`."""
    path: str = ""
    """The directory there; empty for the one that `engine` takes by itself."""
    written: str = ""
    """The host as the operator wrote it."""


def parse(text: str) -> Address:
    """Raises InputError where it cannot be a host and a directory."""
    found = _HOST.match(text)
    rest = text[found.end() :] if found else ""
    if found is None or (rest and not rest.startswith(":")) or not text.isprintable():
        raise InputError("not a workspace on another machine", where=f"--attach {text[:200]!a}", fix=FORM)
    host, user = found["six"] or found["host"], found["user"]
    if host.startswith("-") or (user or "").startswith("-"):
        # ssh would take it for an option of its own.
        raise InputError("a host cannot begin with a dash", where=f"--attach {text[:200]!a}", fix=FORM)
    return Address(f"{user}@{host}" if user else host, rest[1:], found.group())


def names_of(addresses: Sequence[Address]) -> list[str]:
    """A name for each that no other has: the host, with the directory where the host alone is not enough.

    Raises InputError where the same workspace is named twice.
    """
    hosts = [address.written for address in addresses]
    names = [
        address.written if hosts.count(address.written) == 1 else f"{address.written}:{address.path}"
        for address in addresses
    ]
    for name in names:
        if names.count(name) > 1:
            raise InputError("attached twice", where=f"--attach {name}", fix="name it once")
    return names
