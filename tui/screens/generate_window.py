"""Generate: a dataset by the recipe of a profile."""

from __future__ import annotations

from textual.message import Message

from tui.data.form import Form
from tui.data.generating import ALL, arguments_of, entries_of, overrides_of, problem_in, profile_of
from tui.data.offers import Checked, ProfileOffer, Recipes, Setting, read_offers
from tui.screens.make_window import MakeWindow


class GenerateWindow(MakeWindow):
    """Profile, model, preset, seed, and what the recipe says that fits into a line."""

    HEADING = "Generate"
    MAKING = "Making it"

    class Offered(Message):
        """The profiles were read."""

        def __init__(self, offers: tuple[ProfileOffer, ...]) -> None:
            super().__init__()
            self.offers = offers

    def begin(self) -> None:
        self._recipes = Recipes()
        self._own: dict[tuple[str, str, str], Checked] = {}
        """Recipes as the profile and the preset have them, by profile, model and preset."""
        self.thread(lambda: self.Offered(read_offers()))

    def on_generate_window_offered(self, event: Offered) -> None:
        event.stop()
        self.offers = event.offers
        self.sheet.show(self.sheet.form.offer(entries_of(self.offers, self.sheet.form, Checked())))
        self.changed("profile")

    def settle(self, turn: int, form: Form, key: str) -> Message:
        """Offer what the choice leads to, and check what is typed."""
        offers = self.offers
        if key == "profile":
            # What the model and the preset may be follows from it.
            form = form.offer(entries_of(offers, form, Checked()), {"profile": form.value("profile")})
        profile, problem = profile_of(offers, form), problem_in(offers, form)
        if profile is None or problem:
            return self.Settled(turn, (), problem, form)
        model, preset = form.value("model"), form.value("preset")
        if model == ALL:
            form = form.offer(entries_of(offers, form, Checked()), form.values)
            return self.Settled(turn, arguments_of(offers, form, ()), "", form)
        own = self._of_profile(profile, model, preset)
        if own.problem:
            return self.Settled(turn, (), own.problem, form)
        # Another model or preset has values of its own; what was typed for the one before is gone.
        kept = form.values if key not in ("profile", "model", "preset") else _choices(form)
        form = form.offer(entries_of(offers, form, own), kept)
        overrides = overrides_of(form, own.settings)
        if not overrides:
            return self.Settled(turn, arguments_of(offers, form, ()), "", form)
        checked = self._recipes.check(profile.path, model, preset, overrides)
        if checked.problem:
            return self.Settled(turn, (), checked.problem, form)
        marked = _with_origins(own.settings, checked.settings)
        form = form.offer(entries_of(offers, form, Checked(marked, own.seed)), form.values)
        return self.Settled(turn, arguments_of(offers, form, overrides), "", form)

    def _of_profile(self, profile: ProfileOffer, model: str, preset: str) -> Checked:
        key = (profile.name, model, preset)
        if key not in self._own:
            self._own[key] = self._recipes.check(profile.path, model, preset, ())
        return self._own[key]


def _choices(form: Form) -> dict[str, str]:
    return {key: value for key, value in form.values.items() if key in ("profile", "model", "preset", "seed")}


def _with_origins(own: tuple[Setting, ...], checked: tuple[Setting, ...]) -> tuple[Setting, ...]:
    """The settings of the profile, with the origins of what was typed."""
    origins = {setting.name: setting.origin for setting in checked}
    from dataclasses import replace

    return tuple(replace(setting, origin=origins.get(setting.name, setting.origin)) for setting in own)
