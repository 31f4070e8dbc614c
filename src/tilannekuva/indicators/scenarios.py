"""Scenarios and assumptions of epidemics: shipped ones, and the workspace's own."""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypeVar

from tilannekuva import config
from tilannekuva.domain.definitions import read
from tilannekuva.domain.scenarios import Assumptions, Scenario
from tilannekuva.errors import BadDefinition

_Either = TypeVar("_Either", Scenario, Assumptions)


def texts(own: Path | None = None) -> dict[str, str]:
    """Give the texts of all scenarios by id: the shipped ones, then the workspace's own."""
    return config.texts(resources.files(__package__) / "scenarios", own)


def assumption_texts(own: Path | None = None) -> dict[str, str]:
    """Give the texts of all assumptions by id: the shipped ones, then the workspace's own."""
    return config.texts(resources.files(__package__) / "assumptions", own)


@cache
def scenario(text: str, name: str) -> Scenario:
    """Read one scenario; BadDefinition names file, line and cure."""
    return _named(read(text, f"scenarios/{name}.toml", Scenario), name)


@cache
def assumptions(text: str, name: str) -> Assumptions:
    """Read the assumptions of an epidemic; BadDefinition names file, line and cure."""
    return _named(read(text, f"assumptions/{name}.toml", Assumptions), name)


def _named(found: _Either, name: str) -> _Either:
    if found.id != name:
        raise BadDefinition(f"{name}.toml: its id is '{found.id}'; name the file {found.id}.toml")
    return found
