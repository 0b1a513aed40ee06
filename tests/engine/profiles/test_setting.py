"""Settings one by one: what a form shows of each, and values as `--set` reads them back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from engine.profiles import list_profiles, load_profile, resolve
from engine.profiles.fields import rule_of
from engine.profiles.overrides import _value
from engine.profiles.problems import Place
from engine.profiles.setting import settings_of
from engine.profiles.writing import set_value


@pytest.mark.parametrize(
    "value",
    [None, True, False, 0, 3, -2, 0.0005, 1e-7, 1 / 3, "text", "a b", "", "3", "null", "true", " x", "[a]", '"', "ü",
     "1e3", "a: b", "#x", ["A", "B"], {"a": 1.5}, [], {}, ["it's", 'x"y'], "C:\\x"],
)  # fmt: skip
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert _value(set_value(value), Place("--set"), "x").plain() == value


@pytest.mark.parametrize(
    ("annotation", "rule", "kind"),
    [
        (bool, "true or false", "truth"),
        (int, "a whole number", "free"),
        (Annotated[int, Field(ge=1)], "a whole number, at least 1", "free"),
        (Annotated[float, Field(gt=0, le=1)], "a number, above 0, up to 1", "free"),
        (Annotated[float, Field(ge=0, le=1)], "a number from 0 to 1", "free"),
        (Literal["a", "b"], "a or b", "choice"),
        (Literal["a"] | None, "a or null", "choice"),
        (Literal["auto"] | Annotated[int, Field(ge=0, le=9)], "auto or a whole number from 0 to 9", "free"),
        (str | list[str], "text or a list: [A, B]", "free"),
        (dict[str, float] | None, "a mapping: {name: value} or null", "free"),
    ],
)
def test_what_may_be_written_is_said_in_words(annotation: Any, rule: str, kind: str) -> None:
    found = rule_of(annotation)
    assert (found.rule, found.kind) == (rule, kind)


@pytest.mark.parametrize("path", list_profiles(), ids=lambda path: path.stem)
def test_every_setting_of_a_shipped_profile_can_be_set_to_what_it_is(path: Any) -> None:
    profile = load_profile(path)
    sheet = settings_of(profile, list(profile.models), preset="full")
    for model in sheet.models:
        texts = [f"{model.model}.{one.name}={one.value}" for one in model.settings]
        same = resolve(profile, model.model, overrides=texts)
        plain = resolve(profile, model.model)
        assert (same.config, same.targets, same.policy) == (plain.config, plain.targets, plain.policy)
        assert all(one.description for one in model.settings)


def test_what_cannot_be_is_named_and_the_rest_holds() -> None:
    profile = load_profile("utility")
    sheet = settings_of(profile, ["ner"], preset="quick", overrides=["epochs=-3", "ner.stride=32", "epoch=1"])
    values = {one.name: one for one in sheet.models[0].settings}
    assert [one.text for one in sheet.refused] == ["epochs=-3", "epoch=1"]
    assert sheet.refused[0].problem == "must be greater than or equal to 0, not -3"
    assert sheet.refused[1].problem.startswith("no such setting: epoch; write epochs")
    assert (values["stride"].value, values["stride"].changed, values["stride"].without) == ("32", True, "64")
    assert (values["epochs"].origin, values["epochs"].default) == ("preset quick", "3")
