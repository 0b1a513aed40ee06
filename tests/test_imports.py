"""The light half stays light: read from `sys.modules` of a fresh process."""

import subprocess
import sys

import pytest

HEAVY = {"torch", "transformers", "ultralytics", "chromadb", "pandas", "sklearn", "peft", "sentence_transformers"}


def modules_after(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after running `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import engine, engine.api, engine.workspace, engine.errors",
        "import engine.events, engine.events.tail, engine.events.columns, engine.advisor.advisor",
        "import engine.runs.store, engine.runs.state, engine.runs.handle, engine.runs.launchers, engine.runs.worker",
        "import engine.profiles, engine.plan, engine.doctor, engine.devices",
        "import engine.datasets.store, engine.datasets.generate, engine.datasets.importers",
        "from engine.tasks.catalog import find_task, task_names\n"
        "for name in task_names():\n"
        "    task = find_task(name)\n"
        "    task.config_class, task.recipe_class, task.module('generate'), task.module('data')",
        "import engine.cli.train, engine.cli.runs, engine.cli.data, engine.cli.profiles",
        "import engine.cli.plan, engine.cli.demo, engine.cli.doctor, engine.cli.predict",
        "import engine.feedback.intake, engine.cli.feedback",
        "import engine.public_data.fetch, engine.cli.fetch",
        "import engine.curation.review, engine.curation.apply, engine.cli.curate",
        "import engine.folders.predictions.predict, engine.embedding_cache, engine.comparing, engine.cli.compare",
        "import engine.folders.api, engine.folders.samples.features, engine.folders.selection.diverse",
        "import engine.folders.labels.check, engine.folders.labelling.sitting, engine.cli.folders",
        "import engine.service.server, engine.cli.serve, engine.cli.tokens",
        "import tui.app, tui.__main__",
    ],
)
def test_the_light_half_never_imports_a_training_library(code: str) -> None:
    assert not modules_after(code) & HEAVY


def test_the_engine_knows_no_screen() -> None:
    assert "textual" not in modules_after("import engine.api, engine.cli.train, engine.cli.runs, engine.cli.demo")


def test_help_needs_neither_typer_nor_pydantic_nor_numpy() -> None:
    loaded = modules_after("import engine.cli.main")
    assert not loaded & {"typer", "click", "pydantic", "numpy", "rich", "textual"}


def test_the_worker_needs_neither_pydantic_nor_numpy() -> None:
    assert not modules_after("import engine.runs.worker") & {"pydantic", "numpy", "typer", "rich"}


def test_importing_the_package_imports_nothing_of_it() -> None:
    assert not modules_after("import engine") & {"msgspec", "yaml", "pydantic", "numpy"}
