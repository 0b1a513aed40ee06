"""What Monitor says where there is no run. Pure."""

from __future__ import annotations


def what_to_do(*, readonly: bool) -> str:
    """The first steps; of an operator who may only watch, what to expect."""
    if readonly:
        return "No runs in this workspace yet.\n\nThe console is read-only; what others start will show here."
    return (
        "No runs in this workspace yet.\n\n"
        "Press [b]2[/b] to choose a profile and start training; data that is missing is generated first.\n"
        "Press [b]1[/b] to generate data and look at it before."
    )
