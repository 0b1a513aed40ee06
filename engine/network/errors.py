"""What a network does wrong, in words."""

from __future__ import annotations

import contextlib
import http.client
import ssl
from collections.abc import Iterator

from engine.errors import DataError
from engine.network.deadline import Deadline, Unreachable
from engine.profiles.problems import printable


@contextlib.contextmanager
def worded(host: str, deadline: Deadline) -> Iterator[None]:
    """Whatever goes wrong inside while talking to `host` becomes a DataError with a sentence."""
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError) as problem:
        # Cut off by the deadline, the rest of the answer may look like any of these.
        if deadline.is_over:
            raise deadline.error() from problem
        raise _sentence(problem, host) from problem
    except DataError as problem:
        if deadline.is_over:
            raise deadline.error() from problem
        raise
    if deadline.is_over:  # an answer without a length ends well wherever it is cut
        raise deadline.error()


def _sentence(problem: Exception, host: str) -> DataError:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return DataError(
            f"the certificate of {host} is not trusted ({problem.verify_message})",
            fix="name its authority with SSL_CERT_FILE",
        )
    if isinstance(problem, ssl.SSLError):
        return DataError(f"no safe connection to {host} ({problem.reason or problem})", fix="check the URL")
    if isinstance(problem, OSError):
        said = problem.strerror or str(problem) or "no reason given"
        return Unreachable(f"the connection to {host} broke ({said})", fix="try again later")
    said = printable(str(problem))[:80] or type(problem).__name__
    return DataError(f"{host} does not speak HTTP as it should ({said})", fix="check the URL")
