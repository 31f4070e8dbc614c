"""The settings of a workspace: `tilannekuva.toml` as a frozen value."""

from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import Field

from tilannekuva.domain.definitions import Slug, Strict, read
from tilannekuva.errors import NoWorkspace

FILE = "tilannekuva.toml"


class Settings(Strict):
    """What a municipality sets; each field is documented in docs/reference/settings.md."""

    title: str = Field(description="Name of the picture, shown at the top of every page.")
    areas: tuple[str, ...] = Field(
        min_length=1, description="Municipalities of the picture, the first is shown first."
    )
    sources: tuple[Slug, ...] = Field(min_length=1, description="Ids of the recipes that are asked.")
    exercise_from: date | None = Field(
        default=None, description="First day of a simulated epidemic: every page then says EXERCISE."
    )
    exercise_seed: int = Field(
        default=1, description="Which simulated epidemic: the same number, the same course."
    )
    host: str = Field(default="127.0.0.1", description="Address that `serve` listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that `serve` listens on.")
    allow_networks: tuple[str, ...] = Field(
        default=(), description="Networks (CIDR) inside the house that sources may live in; none by default."
    )
    allow_commands: tuple[str, ...] = Field(
        default=(),
        description="Programs that recipes may start, such as `Rscript`, each to run a file of the folder "
        "`programs/`; none by default.",
    )
    contact: str = Field(default="", description="Who runs this picture; told to the sources that are asked.")


def texts(shipped: Traversable, own: Path | None) -> dict[str, str]:
    """Give TOML texts by the names of their files: the shipped ones, then the workspace's own."""
    folders = [shipped] if own is None or not own.is_dir() else [shipped, own]
    found = {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for folder in folders
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }
    return dict(sorted(found.items()))


def settings(workspace: Path) -> Settings:
    """Read a workspace's settings; NoWorkspace or BadDefinition say what to do."""
    file = workspace / FILE
    if not file.exists():
        message = f"{workspace} holds no {FILE}; make one with `tilannekuva init {workspace} --area 837`"
        raise NoWorkspace(message)
    return read(file.read_text(encoding="utf-8"), FILE, Settings)
