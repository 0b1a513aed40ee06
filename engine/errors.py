"""The errors a user can meet. Each is one sentence: what is wrong, where, and what to do.

Raised where the fact is known, caught once at the edge (`engine.cli.main`, the console's workers).
Exit codes: 0 done, 1 the work failed, 2 bad input or usage, 3 a target was missed, 130 interrupted.
"""

from __future__ import annotations

from typing import Any


class FinetopError(Exception):
    """Base of every error that finetop raises on purpose.

    `what` says what is wrong, `where` the file, line or field, `fix` what the user can do.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(what, where, fix)

    def __reduce__(self) -> tuple[Any, ...]:
        # It comes out of other processes, too, and keyword arguments are not what pickle expects.
        return _made_anew, (type(self), self.what, self.where, self.fix), self.__dict__

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f"; {self.fix}" if self.fix else ""
        return f"{place}{self.what}{remedy}"


def _made_anew(kind: type[FinetopError], what: str, where: str | None, fix: str | None) -> FinetopError:
    error = kind.__new__(kind)
    FinetopError.__init__(error, what, where=where, fix=fix)
    return error


class InputError(FinetopError):
    """The user gave something that cannot be used: nothing was started, nothing was written."""

    exit_code = 2


class ProfileError(InputError):
    """A profile (YAML) that cannot be used."""


class DataError(InputError):
    """A dataset or a file of examples that cannot be used."""


class BaseModelError(InputError):
    """A base model that cannot be found or loaded."""


class NotFoundError(InputError):
    """A run, dataset or model that does not exist."""


class WorkError(FinetopError):
    """The work was started and failed."""


class NonFiniteError(WorkError):
    """The loss or a parameter became NaN or infinite."""


class OutOfMemoryError(WorkError):
    """The device has no memory left for the batch."""


class StopRequested(Exception):
    """Raised inside the trainer at the point where a requested stop takes effect."""


class TargetMissed(FinetopError):
    """`--require-targets` was given and a target was missed."""

    exit_code = 3
