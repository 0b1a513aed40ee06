"""One attempt: a signed POST to an endpoint."""

from __future__ import annotations

import contextlib
import secrets
import time

from engine.errors import DataError
from engine.network.client import Answer, Client, Resolve, Rules, look_up
from engine.network.deadline import Deadline, NoConnection
from engine.webhooks.backoff import Attempt, outcome_of, retry_after_s
from engine.webhooks.endpoints import Endpoint
from engine.webhooks.kinds import PING
from engine.webhooks.queue import encoded, key_of_event
from engine.webhooks.signing import signed_headers

CONNECT_WITHIN_S = 5.0
ANSWER_WITHIN_S = 15.0
"""From the lookup of the name to the end of the answer."""
_MOST_READ = 16 * 1024
_HEADERS = {"User-Agent": "finetop-webhooks", "Content-Type": "application/json"}


class Sender:
    """Sends to one endpoint. `resolve` stands in for the system's name resolution."""

    def __init__(
        self, endpoint: Endpoint, *, resolve: Resolve = look_up, answer_within_s: float = ANSWER_WITHIN_S
    ) -> None:
        self._endpoint, self._within_s = endpoint, answer_within_s
        rules = Rules(
            allow_private=endpoint.allow_private,
            connect_timeout_s=CONNECT_WITHIN_S,
            idle_timeout_s=answer_within_s,
        )
        self._client = Client(rules, resolve=resolve)

    def send(self, message: str, body: bytes, now: float) -> Attempt:
        """Post a body under the id `message`, signed at `now` (Unix seconds)."""
        headers = {**_HEADERS, **signed_headers(self._endpoint.secret, message, body, now)}
        try:
            with self._client.post(self._endpoint.url, body, headers, Deadline(self._within_s)) as answer:
                _read_a_little(answer)
                return Attempt(
                    outcome_of(answer.status),
                    f"it answers {answer.status} {answer.reason}".rstrip(),
                    answer.status,
                    retry_after_s(answer.header("Retry-After"), now),
                )
        except NoConnection as problem:
            return Attempt("unreachable", problem.what)
        except DataError as problem:
            return Attempt("unanswered", problem.what)


def ping(endpoint: Endpoint, *, resolve: Resolve = look_up) -> Attempt:
    """One `ping`, now, that no queue knows of."""
    id = f"{PING}:{secrets.token_hex(8)}"
    body = encoded(PING, id, {}, now := time.time())
    return Sender(endpoint, resolve=resolve).send(f"evt_{key_of_event(id)}", body, now)


def _read_a_little(answer: Answer) -> None:
    """So that a server which is still writing is not cut off. The status was the answer, whatever follows."""
    left = _MOST_READ
    with contextlib.suppress(DataError):
        while left > 0 and (chunk := answer.read(left)):
            left -= len(chunk)
