"""Takes a payload in: brings each image, checks what is said of it, keeps what is new. A bad item fails alone."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import DataError
from engine.feedback.fetch import Fetcher
from engine.feedback.inline import is_inline, read_inline
from engine.feedback.limits import Limits
from engine.feedback.local_files import read_local
from engine.feedback.payload import Item
from engine.feedback.pictures import Picture, decode
from engine.feedback.reading import Entry, Payload, shown_image
from engine.feedback.records import Agreed, Record
from engine.feedback.store import Ledger
from engine.network.urls import is_url
from engine.profiles.problems import printable
from engine.profiles.validation import advice
from engine.workspace import Workspace

CLOCK_TOLERANCE = timedelta(days=1)
"""Clocks in the field are wrong; one that is further ahead would lock later corrections out."""


@dataclass(frozen=True)
class Failure:
    """An item that was not taken in, and why."""

    number: int
    """Its place in the payload, from 1."""
    image: str
    problem: str

    def __str__(self) -> str:
        place = f"item {self.number} ({self.image})" if self.image else f"item {self.number}"
        return f"{place}: {self.problem}"


@dataclass(frozen=True)
class IntakeSummary:
    """What became of a payload."""

    profile: str
    model: str
    folder: Path
    added: int = 0
    """Images that were not there before."""
    replaced: int = 0
    """Corrections that now stand in place of an earlier judgement of the same image."""
    repeated: int = 0
    """Items that were there already: nothing changed."""
    outdated: int = 0
    """Kept, but a newer judgement of the same image stands."""
    failed: tuple[Failure, ...] = ()
    objects: dict[str, int] = field(default_factory=dict)
    """Label → how often it stands in what was added or replaced."""
    settings: dict[str, Any] = field(default_factory=dict)
    """What the payload asks of the training."""

    @property
    def changed(self) -> bool:
        """Whether the rows to train on are others than before."""
        return bool(self.added or self.replaced)


def take_in(
    workspace: Workspace,
    payload: Payload,
    *,
    limits: Limits | None = None,
    roots: Sequence[Path] = (),
    fetch: Callable[[str], bytes] | None = None,
) -> IntakeSummary:
    """Take a payload's items into the model's feedback.

    `roots`: folders that local images may lie in, beside that of the payload's file. What was taken in when an
    error of the machine (a full disk) ends the intake stays; sending the payload again goes on from there.
    """
    limits = limits or Limits()
    ledger = Ledger(workspace, payload.profile, payload.model, form=payload.form, encrypt=payload.privacy.encrypt)
    folders = [*([payload.folder] if payload.folder else []), *roots]
    one = _Intake(payload, ledger, limits, folders, fetch or Fetcher(limits).fetch)
    outcomes: Counter[str] = Counter()
    objects: Counter[str] = Counter()
    failed = []
    with ThreadPoolExecutor(limits.parallel, thread_name_prefix="finetop-intake") as pool:
        try:
            for result in pool.map(one.judge, payload.entries):
                if isinstance(result, Failure):
                    failed.append(result)
                    continue
                outcome = "repeated" if result is None else ledger.add(result)
                outcomes[outcome] += 1
                if result is not None and outcome in {"added", "replaced"}:
                    objects.update(claim.label for claim in payload.form.claims(result))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return IntakeSummary(
        profile=payload.profile,
        model=payload.model,
        folder=ledger.folder,
        added=outcomes["added"],
        replaced=outcomes["replaced"],
        repeated=outcomes["repeated"],
        outdated=outcomes["outdated"],
        failed=tuple(failed),
        objects=dict(sorted(objects.items())),
        settings=payload.settings.model_dump(exclude_none=True),
    )


@dataclass(frozen=True)
class _Intake:
    """What judging one item needs. Called from several threads."""

    payload: Payload
    ledger: Ledger
    limits: Limits
    folders: Sequence[Path]
    fetch: Callable[[str], bytes]

    def judge(self, entry: Entry) -> Record | Failure | None:
        """The line to add, with its image stored; None for an item from a URL that was taken in before."""
        if entry.item is None:
            return Failure(entry.number, entry.image, entry.problem)
        try:
            return self._record(entry.item)
        except DataError as problem:
            return Failure(entry.number, entry.image, printable(str(problem)))

    def _record(self, item: Item) -> Record | None:
        self._check_judgement(item)
        self._check_rights(item)
        sent = _hash(item.model_dump(mode="json"))
        if is_url(item.image) and self.ledger.has_sent(sent):
            return None
        data = self._content(item.image)
        digest = hashlib.sha256(data).hexdigest()
        if item.sha256 is not None and item.sha256 != digest:
            raise DataError(
                f"the image has the SHA-256 {digest[:12]}… and not {item.sha256[:12]}…", fix="send the right image"
            )
        picture = decode(data, self.limits.max_pixels)
        record = self.payload.form.record(
            t=time.time(),
            key="",
            sent=sent,
            sha256=digest,
            image=f"files/{picture.name}",
            width=picture.width,
            height=picture.height,
            source=item.source,
            who=item.who,
            when=_utc(item.when),
            group=item.group or "",
            origin=shown_image(item.image),
            consent=Agreed(reference=item.consent.reference, when=_utc(item.consent.when)) if item.consent else None,
            expires=_utc(item.expires) if item.expires is not None else None,
            **self.payload.form.judgement(item),
        )
        return self._stored(msgspec.structs.replace(record, key=_key_of(record)), picture)

    def _stored(self, record: Record, picture: Picture) -> Record:
        problem = self.payload.form.problem_with(record.row())
        if problem is not None:
            raise DataError(problem, fix="correct it and send the item again")
        self.ledger.store(picture)
        return record

    def _check_judgement(self, item: Item) -> None:
        """What can be said before the image is there."""
        claims = self.payload.form.claims(item)
        told = [("`when`", item.when), *((f"{claim.place}`when`", claim.when) for claim in claims)]
        if item.consent is not None:
            told.append(("consent: `when`", item.consent.when))
        for what, when in told:
            if when is not None and when > datetime.now(UTC) + CLOCK_TOLERANCE:
                raise DataError(f"{what} lies in the future ({when.isoformat()})", fix="check the sender's clock")
        for claim in claims:
            if self.payload.labels is not None and claim.label not in self.payload.labels:
                raise DataError(
                    f"{claim.place}the model has no class {claim.label!r}",
                    fix=advice(claim.label, self.payload.labels),
                )

    def _check_rights(self, item: Item) -> None:
        """Nothing is fetched of what may not be kept."""
        if item.consent is not None and not item.consent.given:
            raise DataError("consent was not given", fix="leave the image out")
        if item.consent is None and self.payload.privacy.consent == "required":
            raise DataError(
                f"there is no consent, and {self.payload.profile}/{self.payload.model} takes nothing without it",
                fix="add consent: {given: true, reference, when}, or leave the image out",
            )
        if item.expires is not None and item.expires <= datetime.now(UTC):
            raise DataError(f"it expired on {item.expires.isoformat()}", fix="leave the image out")

    def _content(self, reference: str) -> bytes:
        if is_inline(reference):
            return read_inline(reference, self.limits.max_bytes)
        if is_url(reference):
            return self.fetch(reference)
        return read_local(reference, self.folders, self.limits.max_bytes)


def _key_of(record: Record) -> str:
    # None for a group that is not there: keys of items that are kept already stay the same.
    told = [record.sha256, record.source, record.who, record.group or None, record.when, record.said()]
    rights = [part for part in (record.consent and [*_fields(record.consent)], record.expires) if part is not None]
    return _hash([*told, *rights])


def _fields(consent: Agreed) -> tuple[str, datetime]:
    return consent.reference, consent.when


def _utc(when: datetime) -> datetime:
    return when.astimezone(UTC)


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=datetime.isoformat)
    return hashlib.sha256(text.encode()).hexdigest()
