"""The model card: what a version is, for people, as the Hugging Face Hub reads it (Markdown under YAML).

Built from the manifest and the report alone: it says nothing that was not measured or written down.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from engine.evaluation.report import Report
from engine.evaluation.targets import target_notes
from engine.registry.licences import known_base
from engine.registry.manifest import Manifest

MOST_METRICS = 40
"""Rows of the table of metrics; `report.md` has all of them."""
PIPELINES = frozenset(
    {
        "image-classification",
        "image-feature-extraction",
        "object-detection",
        "sentence-similarity",
        "text-classification",
        "token-classification",
    }
)
WHAT = {
    "image-classification": "says who or what a picture shows, how sure that is, and whether it is anybody known",
    "image-feature-extraction": "finds the pictures most like one, and says by them what it shows",
    "object-detection": "finds objects in pictures: a class, a box and a confidence for each",
    "sentence-similarity": "says how alike two texts are, from −1 to 1, and gives each a vector",
    "text-classification": "puts a text under one of several labels, with a calibrated confidence",
    "token-classification": "finds entities in texts: where each begins and ends, its type and a confidence",
}
MEANINGS = {
    "automatic": "decisions below it go to a person",
    "class/": "objects of the class count from this confidence on",
    "known/": "what lies below is nobody and nothing known",
    "pair": "two pictures count as of one from this cosine on",
}
"""Starts of the names of thresholds, in words."""
SAMPLES = {"text": '{"text": "…"}', "text pair": '{"a": "…", "b": "…"}', "image": '{"image": "picture.png"}'}


@dataclass(frozen=True)
class Usage:
    """How the files beside a card are used without finetop."""

    library: str
    """As the Hub names it."""
    text: str
    """Markdown."""


def model_card(
    manifest: Manifest, report: Report | None, *, counts: Mapping[str, int] | None = None, usage: Usage | None = None
) -> str:
    """The card of a version. `counts`: examples of each split of its dataset; `usage`: of an export, how it is
    loaded by others."""
    import yaml  # 6 MB that a waiting worker does without

    sections = [
        _introduction(manifest),
        _limits(manifest, report),
        _results(manifest, report),
        _confidence(manifest),
        _usage(manifest, usage),
        _data(manifest, report, counts or {}),
        _origin(manifest),
        _licences(manifest),
    ]
    front = yaml.safe_dump(front_matter(manifest, report, usage), sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n" + "\n\n".join(section for section in sections if section) + "\n"


def front_matter(manifest: Manifest, report: Report | None, usage: Usage | None = None) -> dict[str, Any]:
    """What the Hub reads (huggingface.co/docs/hub/model-cards): licence, base, task, language, results."""
    base = known_base(manifest.base)
    made: dict[str, Any] = {"license": licence_id(manifest.licences)}
    if base is not None:
        made["base_model"] = base.hub_id
        if base.language:
            made["language"] = [base.language]
    if manifest.task in PIPELINES:
        made["pipeline_tag"] = manifest.task
    made["library_name"] = usage.library if usage is not None else "finetop"
    made["tags"] = ["finetop", manifest.task]
    values = [(name, value) for name in _shown_first(manifest) if (value := manifest.measured.get(name)) is not None]
    if values:
        made["metrics"] = [name for name, _ in values]
        task = {"type": manifest.task}
        dataset = {"name": manifest.dataset, "type": manifest.dataset, "split": report.split if report else "test"}
        results = [{"type": name, "value": round(value, 6), "name": name} for name, value in values]
        made["model-index"] = [
            {"name": manifest.name, "results": [{"task": task, "dataset": dataset, "metrics": results}]}
        ]
    return made


def licence_id(licences: Sequence[str]) -> str:
    """The identifier of the Hub for what binds who passes the model on: the AGPL where any part has it, else that of
    the base; `unknown` where nobody said."""
    told = [line.rpartition(": ")[2] if "(" not in line else line.split(": ", 1)[-1] for line in licences]
    if any(re.match(r"AGPL-3", licence, re.IGNORECASE) for licence in told):
        return "agpl-3.0"
    own = next((licence for line, licence in zip(licences, told, strict=True) if line.startswith("base model ")), "")
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", own)
    return own.lower() if plain else "unknown"


def _introduction(manifest: Manifest) -> str:
    what = WHAT.get(manifest.task, f"does {manifest.task}")
    day = datetime.fromtimestamp(manifest.created, UTC).date().isoformat()
    if manifest.base.startswith("scratch:"):
        origin = f"trained from random weights (`{_code(manifest.base)}`)"
    elif manifest.continues is not None:
        origin = f"trained further from run `{_code(manifest.continues.run)}` on corrections"
    else:
        origin = f"fine-tuned from `{_code(manifest.base)}`" if manifest.base else "trained"
    labels = manifest.config.get("labels")
    known = f"\n\nLabels: {_list(labels)}." if isinstance(labels, list) and labels else ""
    return (
        f"# {manifest.profile}/{manifest.model}, version {manifest.version}\n\n"
        f"It {what}; {origin}, registered on {day}.{known}"
    )


def _limits(manifest: Manifest, report: Report | None) -> str:
    slices = report.slices if report is not None else {}
    missed = target_notes(
        [msgspec.to_builtins(target) for target in manifest.targets],
        manifest.measured,
        slices=slices,
        intervals=manifest.intervals,
    )
    notes = [f"**{_text(note)}**" for note in missed]
    if manifest.promotable is False:
        notes.append("**It forgot more of what the model before it knew than its profile allows.**")
    if not manifest.targets:
        notes.append("No target was set: whether these figures are good enough is for you to say.")
    elif not missed:
        notes.append(f"Targets reached on the test set: {', '.join(map(str, manifest.targets))}.")
    said = [note for note in (report.notes if report is not None else []) if note not in missed]
    notes += [_text(note) for note in said if not note.startswith("Target missed")]
    notes.append("What it does on data unlike that test set was not measured.")
    return "## Limits\n\n" + "\n".join(f"- {note}" for note in notes)


def _results(manifest: Manifest, report: Report | None) -> str:
    if report is None:
        return "## Results\n\nNothing was measured."
    slices = list(report.slices)
    columns = ["metric", "value", "95 % interval", *(["before"] if report.baseline else []), *slices]
    first = _shown_first(manifest)
    names = [*first, *(name for name in report.metrics if name not in first)]
    names = [name for name in names if name in report.metrics]
    rows = []
    for name in names[:MOST_METRICS]:
        interval = report.intervals.get(name)
        row = [f"`{_code(name)}`", _number(report.metrics[name])]
        row.append(f"{interval[0]:.3f} – {interval[1]:.3f}" if interval else "")
        row += [_number(report.baseline.get(name))] if report.baseline else []
        row += [_number(report.slices[part].get(name)) for part in slices]
        rows.append(row)
    left = len(names) - len(rows)
    more = f"\n\n{left} further metrics stand in `report.md`." if left else ""
    told = f"{report.examples:,} held-out examples of `{_code(report.dataset)}`, split `{_code(report.split)}`."
    if report.baseline:
        told += " *Before* is the same model as training began."
    return f"## Results\n\n{told}\n\n{_table(columns, rows)}{more}"


def _confidence(manifest: Manifest) -> str:
    lines = []
    for name, value in manifest.calibration.items():
        facts = value if isinstance(value, dict) else {"": value}
        short = {key: one for key, one in facts.items() if _is_short(one)}
        if short:
            told = ", ".join(f"{_text(key)} {_text(_number(one))}".strip() for key, one in short.items())
            lines.append(f"- {_text(name)}: {told}")
    for name, threshold in manifest.thresholds.items():
        meaning = next((told for start, told in MEANINGS.items() if name.startswith(start)), "operating threshold")
        lines.append(f"- `{_code(name)}`: {threshold:.4g} ({meaning})")
    return "## Calibration and thresholds\n\n" + "\n".join(lines) if lines else ""


def _usage(manifest: Manifest, usage: Usage | None) -> str:
    from engine.errors import InputError
    from engine.tasks.catalog import find_task

    try:
        sample = SAMPLES.get(find_task(manifest.task).predicts_on, SAMPLES["text"])
    except InputError:  # a task of another distribution, which is not installed here
        sample = SAMPLES["text"]
    native = (
        "```python\nfrom pathlib import Path\n\nfrom engine.tasks.catalog import find_task\n\n"
        f'model = find_task("{manifest.task}").load(Path("model"), "cpu")\nmodel.predict([{sample}])\n```'
    )
    if usage is not None:
        return f"## How to load it\n\n{usage.text}"
    return (
        f"## How to load it\n\n`engine predict {manifest.name} …`, or in Python, from this directory:\n\n{native}\n\n"
        f"For other libraries: `engine models export {manifest.name} DIR --format huggingface` (or `onnx`)."
    )


def _data(manifest: Manifest, report: Report | None, counts: Mapping[str, int]) -> str:
    sha = f" (SHA-256 of its rows `{manifest.dataset_sha256}`)" if manifest.dataset_sha256 else ""
    splits = dict(counts) or ({report.split: report.examples} if report is not None else {})
    rows = [[f"`{_code(name)}`", f"{count:,}"] for name, count in splits.items()]
    return f"## Data\n\nDataset `{_code(manifest.dataset)}`{sha}.\n\n{_table(['split', 'examples'], rows)}"


def _origin(manifest: Manifest) -> str:
    import yaml

    settings = yaml.safe_dump(manifest.config, sort_keys=False, allow_unicode=True, default_flow_style=None)
    libraries = ", ".join(f"{name} {version}" for name, version in manifest.libraries.items())
    weights = [
        f"`{_code(name)}`: `{fact.sha256}`" for name, fact in sorted(manifest.files.items()) if _is_weights(name)
    ]
    lines = [f"- Run: `{_code(manifest.run)}`, preset `{_code(manifest.preset)}`"]
    lines += [f"- Libraries: {libraries}"] if libraries else []
    lines += [f"- SHA-256 of the weights: {', '.join(weights)}"] if weights else []
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", settings)), default=0))
    return "## Where it comes from\n\n" + "\n".join(lines) + f"\n\nHyperparameters:\n\n{fence}yaml\n{settings}{fence}"


def _licences(manifest: Manifest) -> str:
    if not manifest.licences:
        return ""
    lines = "\n".join(f"- {_text(line)}" for line in manifest.licences)
    return f"## Licences of what it stands on\n\n{lines}\n\nThe data it has learnt from may bind you as well."


def _shown_first(manifest: Manifest) -> list[str]:
    """The headline, then what targets are about."""
    return list(dict.fromkeys([manifest.headline, *(target.metric for target in manifest.targets)]))


def _is_weights(name: str) -> bool:
    return name.endswith(".safetensors") and "/references/" not in name


def _is_short(value: Any) -> bool:
    return isinstance(value, str | int | float) and value != ""


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _number(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _list(values: Sequence[Any]) -> str:
    shown = ", ".join(f"`{_code(str(value))}`" for value in values[:50])
    return f"{shown} and {len(values) - 50} more" if len(values) > 50 else shown


def _code(text: str) -> str:
    """What stands between backticks: on one line, and without one of its own."""
    return " ".join(text.split()).replace("`", "'")


def _text(text: str) -> str:
    """Words of others on one line, without links, pictures or HTML."""
    return re.sub(r"([\\`*_\[\]<>!#|])", r"\\\1", " ".join(text.split()))
