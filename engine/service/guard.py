"""Keeps the table of `access`: every route is one that knows what it asks for, before anything of a body is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Receive, Send
from starlette.types import Scope as Connection

from engine.errors import InputError
from engine.service.access import ACCESS, SCOPES, Access
from engine.service.bodies import limited
from engine.service.errors import ErrorAnswer, Refused
from engine.service.origins import problem_with_origin

if TYPE_CHECKING:
    from engine.service.service import Service

CALLER = "finetop.caller"
"""Where the caller stands in a request's scope."""
_CHALLENGE = 'Bearer realm="finetop"'
_ERRORS = {
    400: "The request cannot be read.",
    401: "No token, or one that is not valid (any more).",
    403: "The token has not the scope of this route, or the request does not come from this machine.",
    404: "There is nothing of this name.",
    405: "The method does not go with the route.",
    408: "The body did not come in time.",
    409: "It does not go with how things stand now.",
    413: "The body is too long.",
    422: "What was sent cannot be used.",
    429: "Too many requests at once; Retry-After says when to come back.",
    500: "The service failed; nothing of how is told.",
    503: "Not now; Retry-After says when to come back.",
}


@dataclass(frozen=True)
class Caller:
    """Who sent a request."""

    name: str
    scopes: tuple[str, ...]


class GuardedRoute(APIRoute):
    """A route that lets in who may. One that is not in the table cannot be made."""

    def __init__(self, path: str, endpoint: Any, **settings: Any) -> None:
        (method,) = settings["methods"]
        self.access: Access = ACCESS[f"{method} {path}"]
        settings["responses"] = {**_answers(self.access), **(settings.get("responses") or {})}
        if self.access.scope is not None:
            extra: dict[str, Any] = {"security": [{"token": []}], "x-scope": self.access.scope}
            settings["openapi_extra"] = {**(settings.get("openapi_extra") or {}), **extra}
        super().__init__(path, endpoint, **settings)

    async def handle(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Token, then lane, then the route itself with a body that is counted as it comes."""
        if scope["method"] not in (self.methods or ()):
            # Of several routes on a path the first would name its own method alone.
            allowed = [route.split(" ")[0] for route in ACCESS if route.endswith(f" {self.path}")]
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
        service: Service = scope["app"].state.service
        scope[CALLER] = admit(service, self.access, scope)
        with service.lanes.place(self.access.lane):
            body = limited(scope, receive, self.access.max_body, service.limits.body_timeout_s)
            await super().handle(scope, body, send)


def admit(service: Service, access: Access, scope: Connection) -> Caller:
    """Who sends a request, if that may be. Raises Refused (401, 403)."""
    headers = Headers(scope=scope)
    if access.scope is None:
        return Caller("anybody", ())
    given = headers.get("authorization")
    try:
        has_tokens = bool(service.tokens.all())
    except InputError as unreadable:
        raise Refused(
            503, "the tokens cannot be read", fix="put tokens.json right, or remove it", headers={"Retry-After": "5"}
        ) from unreadable
    if given is None and service.is_local and not has_tokens:
        client = scope.get("client")
        problem = problem_with_origin(headers, client[0] if client else None)
        if problem is not None:
            raise Refused(
                403,
                f"a request without a token is taken from this machine alone, and {problem}",
                fix="make a token with `engine tokens new` and send it",
            )
        return Caller("local", SCOPES)
    kind, _, secret = (given or "").partition(" ")
    token = service.tokens.find(secret.strip()) if kind.lower() == "bearer" and secret.strip() else None
    state = token.state() if token is not None else "unknown"
    if token is None or state != "valid":
        what = {"expired": "the token has expired", "revoked": "the token was revoked"}.get(
            state, "the token is not known" if given else "a token is needed"
        )
        raise Refused(
            401,
            what,
            fix="send `Authorization: Bearer TOKEN`; `engine tokens new` makes one",
            headers={"WWW-Authenticate": _CHALLENGE},
        )
    if access.scope not in token.scopes:
        raise Refused(
            403,
            f"the token {token.name} has not the scope {access.scope}",
            fix=f"use one that has; `engine tokens new NAME --scopes {access.scope}` makes one",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{access.scope}"'},
        )
    return Caller(token.name, token.scopes)


def _answers(access: Access) -> dict[int | str, dict[str, Any]]:
    """The refusals that a route may answer with beside its own."""
    guarded = {401, 403} if access.scope is not None else set()
    # A body may be sent to any route, and be too long.
    statuses = sorted({400, 405, 408, 413, 422, 429, 500, 503, *guarded})
    return {status: {"model": ErrorAnswer, "description": _ERRORS[status]} for status in statuses}


def may_answer(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Further refusals of a route: `responses=may_answer(404, 409)`."""
    return {status: {"model": ErrorAnswer, "description": _ERRORS[status]} for status in statuses}
