"""The rules of a deployment out of a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine.errors import ProfileError
from engine.traffic.deployment import TrafficPolicy

if TYPE_CHECKING:
    from engine.profiles.schema import Profile


def policy_of(profile: Profile, model: str) -> TrafficPolicy:
    """`traffic:` of a model. Raises ProfileError where the profile has no such model."""
    found = profile.models.get(model)
    if found is None:
        raise ProfileError(
            f"the profile {profile.name} has no model {model!r}", fix=f"it has {', '.join(profile.models)}"
        )
    return msgspec.convert(found.traffic.model_dump(), TrafficPolicy)


def policy_named(profile: str, model: str) -> TrafficPolicy | None:
    """The same of a profile that is found by its name; None where it is not. Raises ProfileError."""
    from engine.profiles import find_profile, load_profile

    try:
        path = find_profile(profile)
    except ProfileError:
        return None
    return policy_of(load_profile(path), model)
