"""What a console and a workspace elsewhere say to each other: one JSON object on a line, told apart by `type`.

A longer line is sent packed: `~`, then its JSON deflated, in base64. Each side takes what comes from the other as
untrusted: typed, and bounded in length and in number.
"""

from __future__ import annotations

import binascii
import zlib
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from engine.attach.dictionary import DICTIONARY
from engine.errors import InputError
from engine.events.schema import Count

PROTOCOL = 1
MAX_LINE_BYTES = 1024 * 1024
"""Of a line as it is sent, and of what is packed in it."""
PACK_FROM_BYTES = 120
"""Shorter lines gain too little."""
CHUNK_BYTES = 96 * 1024
"""Of a file, in one message."""
WINDOW_BYTES = 256 * 1024
"""Sent and not yet taken by the console: more than this is never on its way."""
BEAT_S = 10.0
"""Each side says something at least this often."""
SILENCE_S = 45.0
"""Nothing heard for so long: the other side is gone."""

MOST_SELECTED = 16
MOST_VISIBLE = 200
TREND_POINTS = 32
MOST_SIGNALS = 4

Id = Annotated[str, Meta(max_length=200)]
Word = Annotated[str, Meta(max_length=200)]
Sentence = Annotated[str, Meta(max_length=2000)]
LATEST = 1e11
"""Seconds since 1970; a clock that is further on could not be shown."""
Time = Annotated[float, Meta(ge=0, le=LATEST)]
Offset = Annotated[int, Meta(ge=0, le=2**53)]
FileName = Literal["events", "status", "log"]
WireState = Literal[
    "queued", "starting", "running", "stalled", "stopping", "done", "stopped", "failed", "lost", "unreadable"
]
StopWord = Literal["after this step", "now", "kill"]


class Message(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True, kw_only=True):
    """What every line is."""


# -- from the workspace to the console


class Hello(Message, frozen=True, tag="hello", omit_defaults=False):
    """The first line: who speaks, and by which rules."""

    finetop: Literal["attach"] = "attach"
    protocol: int = PROTOCOL
    version: Word = ""
    workspace: Sentence = ""
    readonly: bool = False
    now: Time = 0.0


class Steps(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far a trainer is."""

    t: Time
    phase: Word
    step: Count
    steps: Count
    epoch: float = 0.0
    epochs: float = 0.0
    rate: float = 0.0


class Goal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A target."""

    metric: Word
    at_least: float | None = None
    at_most: float | None = None


class Raised(msgspec.Struct, frozen=True, omit_defaults=True):
    """A signal of the advisor."""

    t: Time
    seq: Count
    kind: Word
    message: Word = ""


class Facts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A run in the list; later only what changed since."""

    id: Id
    state: WireState | UnsetType = UNSET
    problem: Sentence | UnsetType = UNSET
    profile: Word | UnsetType = UNSET
    model: Word | UnsetType = UNSET
    task: Word | UnsetType = UNSET
    reason: Sentence | UnsetType | None = UNSET
    message: Sentence | UnsetType = UNSET
    attempt: int | UnsetType = UNSET
    started: Time | UnsetType | None = UNSET
    ended: Time | UnsetType | None = UNSET
    seen: Time | UnsetType | None = UNSET
    """When it last wrote something, by the clock there."""
    progress: Steps | UnsetType | None = UNSET
    headline: Word | UnsetType = UNSET
    score: float | UnsetType | None = UNSET
    score_split: Word | UnsetType = UNSET
    targets: Annotated[tuple[Goal, ...], Meta(max_length=50)] | UnsetType = UNSET
    device: Word | UnsetType = UNSET
    has_model: bool | UnsetType = UNSET
    has_report: bool | UnsetType = UNSET
    trend: Annotated[tuple[float, ...], Meta(max_length=TREND_POINTS)] | UnsetType = UNSET
    """The headline metric so far, thinned; of visible runs only."""
    signals: Annotated[tuple[Raised, ...], Meta(max_length=MOST_SIGNALS)] | UnsetType = UNSET
    """The newest that it raised while it was watched."""


class Runs(Message, frozen=True, tag="runs"):
    """What changed in the list since the last such message."""

    changed: Annotated[list[Facts], Meta(max_length=500)] = []
    gone: Annotated[list[Id], Meta(max_length=500)] = []
    complete: bool = False
    """Every run there has been told at least once."""


class Chunk(Message, frozen=True, tag="chunk"):
    """A piece of a file of a selected run."""

    run: Id
    file: FileName
    mark: Word
    """Another file of the same name has another mark."""
    offset: Offset
    anew: bool = False
    """The file begins here: all that came before is void."""
    data: Annotated[str, Meta(max_length=CHUNK_BYTES)] = ""
    """Its bytes, each as the character of that number."""
    left: Offset = 0
    """Bytes that follow."""


class Figures(Message, frozen=True, tag="figures"):
    """What the devices there do."""

    values: Annotated[dict[Word, float], Meta(max_length=400)]


class Answer(Message, frozen=True, tag="answer"):
    """To a request: its result, or why there is none."""

    id: int
    text: str = ""
    data: str = ""
    at: Offset = 0
    """Of a piece of a log: where it begins."""
    error: Sentence = ""
    where: Sentence = ""
    fix: Sentence = ""


class Beat(Message, frozen=True, tag="beat"):
    """Nothing new."""

    now: Time


# -- from the console to the workspace


class Have(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much of a file the console has."""

    mark: Word
    offset: Offset
    last: Annotated[int, Meta(ge=0, le=64)] = 0
    check: int = 0
    """CRC-32 of the `last` bytes before the offset."""


class Following(msgspec.Struct, frozen=True, omit_defaults=True):
    """A selected run, and what is there of it already."""

    run: Id
    have: Annotated[dict[FileName, Have], Meta(max_length=3)] = {}


class Want(Message, frozen=True, tag="want"):
    """What is on screen."""

    selected: Annotated[list[Following], Meta(max_length=MOST_SELECTED)] = []
    visible: Annotated[list[Id], Meta(max_length=MOST_VISIBLE)] = []


class Taken(Message, frozen=True, tag="taken"):
    """So many bytes of this connection have been read."""

    count: Offset


class Ping(Message, frozen=True, tag="ping"):
    """Still here."""


class Stop(Message, frozen=True, tag="stop"):
    """Ask a run to stop, or end it."""

    id: int
    run: Id
    way: StopWord


class Resume(Message, frozen=True, tag="resume"):
    """Let a run go on from its last checkpoint."""

    id: int
    run: Id


class Report(Message, frozen=True, tag="report"):
    """The page of a run's report."""

    id: int
    run: Id


class Spec(Message, frozen=True, tag="spec"):
    """What a run was started with."""

    id: int
    run: Id


class LogPart(Message, frozen=True, tag="log"):
    """Lines for people before an offset of a file, the newest first to come."""

    id: int
    run: Id
    file: FileName
    before: Offset | None = None
    """None for the end of the file."""


Request = Stop | Resume | Report | Spec | LogPart
FromWorkspace = Hello | Runs | Chunk | Figures | Answer | Beat
FromConsole = Want | Taken | Ping | Stop | Resume | Report | Spec | LogPart

M = TypeVar("M")

_encode = msgspec.json.Encoder().encode
_from_workspace = msgspec.json.Decoder(FromWorkspace)
_from_console = msgspec.json.Decoder(FromConsole)


def to_line(message: Message) -> bytes:
    """A message as it is sent, with the end of its line."""
    line = _encode(message)
    # A console of another version must be able to read the first line.
    if len(line) >= PACK_FROM_BYTES and not isinstance(message, Hello):
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=DICTIONARY)
        packed = b"~" + binascii.b2a_base64(packer.compress(line) + packer.flush(), newline=False)
        line = min(line, packed, key=len)
    return line + b"\n"


def read_from_workspace(line: bytes) -> FromWorkspace:
    """What a workspace said. Raises InputError where it is no such message."""
    return _read(line, _from_workspace)


def read_from_console(line: bytes) -> FromConsole:
    """What a console said. Raises InputError where it is no such message."""
    return _read(line, _from_console)


def _read(line: bytes, decoder: msgspec.json.Decoder[M]) -> M:
    try:
        return decoder.decode(_unpacked(line.rstrip(b"\r\n")))
    except (ValueError, RecursionError, zlib.error) as problem:  # msgspec's and binascii's errors are ValueErrors
        raise InputError(f"an unreadable message ({problem})") from problem


def _unpacked(line: bytes) -> bytes:
    if len(line) > MAX_LINE_BYTES:
        raise ValueError("longer than any message")
    if not line.startswith(b"~"):
        return line
    opener = zlib.decompressobj(-zlib.MAX_WBITS, zdict=DICTIONARY)
    plain = opener.decompress(binascii.a2b_base64(line[1:], strict_mode=True), MAX_LINE_BYTES)
    if opener.unconsumed_tail or not opener.eof:
        raise ValueError("longer than any message")
    return plain
