"""Every refusal in one shape: `{"error": {"what", "where", "fix"}}`, with the status that fits and never a trace."""

from __future__ import annotations

import functools
import math
import os
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from engine.errors import FinetopError, InputError, NotFoundError, OutOfMemoryError, WorkError
from engine.profiles.problems import printable
from engine.registry.gate import GateResult
from engine.registry.history import Moved
from engine.registry.promotion import GateRefused
from engine.serving.batcher import Busy

LONGEST = 1000
_PATH = re.compile(r"(?<![\w/:.])/[^\s'\"`,;:()<>\[\]{}]+")
_SEE = "GET /openapi.json says what may be sent"
_OF_HTTP = {
    404: ("there is nothing here", "GET /openapi.json lists the routes"),
    405: ("the method does not go with this route", "GET /openapi.json lists the routes"),
}


class ItemProblem(BaseModel):
    """An item of a batch that was not taken, and why."""

    number: int = Field(description="Its place in the batch, from 1.")
    image: str = Field(description="The item's image, as people see it.")
    problem: str = Field(description="What is wrong with it, and what to do.")


class GateCheck(BaseModel):
    """One question that the gate asks of a version."""

    name: str = Field(examples=["regression"])
    passed: bool
    sentence: str = Field(description="The answer, with its numbers.")
    value: float | None
    limit: float | None


class ErrorDetail(BaseModel):
    """What is wrong, where, and what to do."""

    what: str = Field(description="What is wrong.")
    where: str | None = Field(default=None, description="The field, run or version that it is about.")
    fix: str | None = Field(default=None, description="What can be done.")
    items: list[ItemProblem] | None = Field(default=None, description="Items of a batch that were not taken.")
    gate: list[GateCheck] | None = Field(default=None, description="What the gate said, where it refused.")


class ErrorAnswer(BaseModel):
    """The answer to a request that was refused or failed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": {
                        "what": "no run '20260101-000000-utility-ner-0000'",
                        "where": None,
                        "fix": "GET /runs lists them",
                    }
                }
            ]
        }
    )
    error: ErrorDetail


class Refused(HTTPException):
    """A request that is not carried out; becomes an `ErrorAnswer`."""

    def __init__(
        self,
        status: int,
        what: str,
        *,
        where: str | None = None,
        fix: str | None = None,
        headers: Mapping[str, str] | None = None,
        items: list[ItemProblem] | None = None,
    ) -> None:
        super().__init__(status, detail=what, headers=dict(headers or {}))
        self.answer = ErrorAnswer(error=ErrorDetail(what=what, where=where, fix=fix, items=items))


class ConflictError(InputError):
    """What is asked for does not go with how things stand now."""


def status_of(problem: FinetopError) -> int:
    """The status code of an error of the engine."""
    if isinstance(problem, NotFoundError):
        return 404
    if isinstance(problem, Busy):
        return 429
    if isinstance(problem, ConflictError | Moved | GateRefused):
        return 409
    if isinstance(problem, InputError):
        return 422
    # Another time may do better: a lock that was held, a worker that was slow to start, memory that was short.
    return 503 if isinstance(problem, WorkError | OutOfMemoryError) else 500


def in_words(problem: FinetopError, workspace: str) -> ErrorDetail:
    """An error of the engine for whoever is not on this machine: no path outside of the workspace."""
    return ErrorDetail(
        what=shown(problem.what, workspace),
        where=shown(problem.where, workspace) if problem.where else None,
        fix=shown(problem.fix, workspace) if problem.fix else None,
        gate=checks_of(problem.result, workspace) if isinstance(problem, GateRefused) else None,
    )


def checks_of(result: GateResult, workspace: str) -> list[GateCheck]:
    """What a gate said, as it is answered."""
    return [
        GateCheck(
            name=check.name,
            passed=check.passed,
            sentence=shown(check.sentence, workspace),
            value=check.value,
            limit=check.limit,
        )
        for check in result.checks
    ]


def shown(text: str, workspace: str) -> str:
    """`text` with paths inside the workspace relative to it, and of all others the last name alone."""
    inside = text.replace(workspace.rstrip("/") + "/", "").replace(workspace.rstrip("/"), "the workspace")
    bare = _PATH.sub(_last_name, inside)
    return printable(bare if len(bare) <= LONGEST else f"{bare[: LONGEST - 1]}…")


def _last_name(found: re.Match[str]) -> str:
    path = found.group()
    # `/runs` is a route and `/24` a network; `/home/…` is a path of this machine.
    return path.rstrip("/").rpartition("/")[2] if path.split("/")[1] in _top_level() else path


@functools.cache
def _top_level() -> frozenset[str]:
    return frozenset(os.listdir("/"))  # noqa: PTH208 - names are all that is needed


def add_error_handlers(app: FastAPI, workspace: str) -> None:
    """Have the application answer every error in the one shape."""

    async def refused(request: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, HTTPException)
        if isinstance(problem, Refused):
            answer = problem.answer
        else:
            what, fix = _OF_HTTP.get(problem.status_code, (printable(str(problem.detail)), _SEE))
            answer = ErrorAnswer(error=ErrorDetail(what=what, fix=fix))
        return _response(problem.status_code, answer, problem.headers)

    async def of_the_engine(request: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, FinetopError)
        status = status_of(problem)
        headers = {"Retry-After": "1"} if status in {429, 503} else None
        if isinstance(problem, Busy):
            headers = {"Retry-After": str(max(1, math.ceil(problem.retry_after_s)))}
        return _response(status, ErrorAnswer(error=in_words(problem, workspace)), headers)

    async def invalid(request: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, RequestValidationError)
        first = problem.errors()[0]
        is_json = first["type"] != "json_invalid"
        where = ".".join(str(part) for part in first["loc"])[:200]
        more = f" (and {len(problem.errors()) - 1} more)" if len(problem.errors()) > 1 else ""
        what = f"{first['msg']}{more}" if is_json else "the body is not JSON"
        answer = ErrorAnswer(error=ErrorDetail(what=printable(what)[:LONGEST], where=printable(where), fix=_SEE))
        return _response(422 if is_json else 400, answer)

    async def unexpected(request: Request, problem: Exception) -> JSONResponse:
        answer = ErrorDetail(what="the service failed", fix="its log says why; try again")
        return _response(500, ErrorAnswer(error=answer))

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(FinetopError, of_the_engine)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)


def _response(status: int, answer: ErrorAnswer, headers: Mapping[str, str] | None = None) -> JSONResponse:
    content: dict[str, Any] = answer.model_dump(mode="json")
    for name in ("items", "gate"):
        if content["error"][name] is None:
            del content["error"][name]
    return JSONResponse(content, status, headers=dict(headers or {}))
