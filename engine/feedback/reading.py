"""Takes a payload apart: the request as a whole must be sound, each item is judged for itself."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from engine.errors import DataError
from engine.feedback.forms import OBJECTS, Form
from engine.feedback.inline import SHOWN, is_inline
from engine.feedback.payload import FORMAT, MAX_ITEMS, Envelope, FeedbackRequest, Item, TrainingSettings
from engine.profiles.document import Node, shown_path
from engine.profiles.problems import Place, Problem, printable
from engine.profiles.schema import Privacy
from engine.profiles.validation import problems_of

MAX_BYTES = 64 << 20
LONGEST_SHOWN = 120
SEE = "see docs/feedback.schema.json"
A_REQUEST = "a request"
"""Names a payload that came as a Python object."""

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Entry:
    """An item of a payload, or what is wrong with it."""

    number: int
    """Counted from 1."""
    image: str
    """As people see it; empty where the payload does not say."""
    item: Item | None = None
    problem: str = ""


@dataclass(frozen=True)
class Payload:
    """A request that can be taken in."""

    profile: str
    model: str
    items: tuple[Any, ...]
    """As they came."""
    settings: TrainingSettings
    shown: str
    """Names the payload in messages."""
    folder: Path | None = None
    """Where its file lies: local images may be there."""
    labels: tuple[str, ...] | None = None
    """The model's classes; None where any class may come."""
    form: Form = OBJECTS
    """How its items say what is to be seen: that of the model's task."""
    privacy: Privacy = field(default_factory=Privacy)
    """What the model asks of them."""

    @functools.cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The items in that form, each judged for itself."""
        return tuple(_entry(number, item, self.form) for number, item in enumerate(self.items, 1))


def read_payload(path: str | Path) -> Payload:
    """A payload from a JSON file. Raises DataError for what cannot be used as a whole."""
    path = Path(path).expanduser()
    shown = shown_path(path)
    try:
        if not path.is_file():
            raise DataError("no such file", where=shown, fix="name a JSON file")
        with path.open("rb") as file:
            is_short = path.stat().st_size <= MAX_BYTES
            content = file.read(MAX_BYTES + 1) if is_short else b""
    except OSError as problem:
        raise DataError(
            f"cannot be read ({problem.strerror})", where=shown, fix="check the path and its permissions"
        ) from problem
    if not is_short or len(content) > MAX_BYTES:
        raise DataError(f"longer than {MAX_BYTES >> 20} MiB", where=shown, fix="send it in several payloads")
    return _taken(_decoded(content, shown), shown, path.absolute().parent)


def take_payload(request: FeedbackRequest | dict[str, Any], folder: Path | None = None) -> Payload:
    """A payload from a typed request, or from an object as JSON gives it."""
    value = request.model_dump(exclude_unset=True) if isinstance(request, FeedbackRequest) else request
    return _taken(value, A_REQUEST, folder)


def shown_image(reference: str) -> str:
    """An image's URL or path for people: without the query, which may hold a key, and not without end."""
    if is_inline(reference):
        return SHOWN
    bare = reference.split("?", 1)[0].split("#", 1)[0] if "://" in reference else reference
    scheme, separator, rest = bare.partition("://")
    host, slash, path = rest.partition("/")
    if separator and "@" in host:
        bare = f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
    text = printable(bare)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _decoded(content: bytes, shown: str) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant, object_pairs_hook=_each_key_once)
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise DataError("not UTF-8 text", where=f"{shown}:{line}", fix="save it as UTF-8") from problem
    except json.JSONDecodeError as problem:
        place = f"{shown}:{problem.lineno}:{problem.colno}"
        raise DataError(f"not JSON: {problem.msg}", where=place, fix="check brackets, commas and quotes") from problem
    except RecursionError as problem:
        raise DataError("nested too deep", where=shown, fix=SEE) from problem
    except ValueError as problem:
        raise DataError(printable(str(problem)), where=shown, fix=SEE) from problem


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands twice in one object")
    return found


def _taken(value: Any, shown: str, folder: Path | None) -> Payload:
    if not isinstance(value, dict):
        raise DataError("must be a JSON object with profile, model and items", where=shown, fix="see docs/examples")
    version = value.get("finetop", FORMAT)
    if isinstance(version, int) and version > FORMAT:
        what = f"is of version {version} of the format, newer than the {FORMAT} that is read"
        raise DataError(what, where=shown, fix=f"update finetop, or send version {FORMAT}")
    items = value.get("items")
    if isinstance(items, list | tuple) and not 1 <= len(items) <= MAX_ITEMS:
        what = f"holds {len(items)} items, more than {MAX_ITEMS}" if items else "holds no items"
        raise DataError(what, where=shown, fix="send several payloads" if items else "add at least one")
    envelope, problems = _validated(Envelope, value, shown)
    if envelope is None:
        first, others = problems[0], len(problems) - 1
        more = f" (and {others} more)" if others else ""
        raise DataError(printable(first.what) + more, where=first.where, fix=first.fix or SEE)
    return Payload(
        profile=envelope.profile,
        model=envelope.model,
        items=tuple(envelope.items),
        settings=envelope.settings,
        shown=shown,
        folder=folder,
    )


def _entry(number: int, value: Any, form: Form) -> Entry:
    reference = value.get("image") if isinstance(value, dict) else None
    image = shown_image(reference) if isinstance(reference, str) else ""
    if not isinstance(value, dict):
        return Entry(number, image, problem=f"must be an object with {_required(form)}; {SEE}")
    item, problems = _validated(form.item, value, "")
    return Entry(number, image, item, "" if item is not None else _sentence(problems))


def _required(form: Form) -> str:
    names = [name for name, about in form.item.model_fields.items() if about.is_required()]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _validated(schema: type[_Model], value: Any, shown: str) -> tuple[_Model | None, list[Problem]]:
    try:
        return schema.model_validate(value), []
    except ValidationError as error:
        return None, problems_of(error, schema, _node(value, Place(shown)))


def _node(value: Any, place: Place, path: str = "") -> Node:
    """The value as the tree that messages are worded from; lists count from 1, as people do."""
    if isinstance(value, dict):
        inner = {str(name): _node(child, place, f"{path}.{name}".lstrip(".")) for name, child in value.items()}
        return Node(inner, place, None, path)
    if isinstance(value, list | tuple):
        children = [_node(child, place, f"{path}.{number}") for number, child in enumerate(value, 1)]
        return Node(children, place, None, path)
    return Node(value, place, None, path)


def _sentence(problems: Sequence[Problem]) -> str:
    first = problems[0]
    text = f"{first.field}: {first.what}" if first.field else first.what
    if len(problems) > 1:
        text += f" (and {len(problems) - 1} more)"
    # Some complaints hold their remedy already.
    return printable(text if "; " in text else f"{text}; {first.fix or SEE}")
