"""Profiles: one YAML file per project. Reads them, checks them, and settles what a model is trained with.

`schema` says what a profile holds, `document` reads YAML with positions, `settings` lays the layers over
each other, `resolve` hands out one model with all its values and their origins.
"""

from engine.profiles.finding import find_profile, list_profiles
from engine.profiles.json_schema import profile_json_schema
from engine.profiles.loading import check, load_profile
from engine.profiles.problems import InvalidProfileError, Place, Problem
from engine.profiles.resolve import ResolvedModel, resolve, resolve_models
from engine.profiles.schema import Profile

__all__ = [
    "InvalidProfileError",
    "Place",
    "Problem",
    "Profile",
    "ResolvedModel",
    "check",
    "find_profile",
    "list_profiles",
    "load_profile",
    "profile_json_schema",
    "resolve",
    "resolve_models",
]
