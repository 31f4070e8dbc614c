"""Joint sheets: a template goes out, filled sheets come back, faults return to who filled them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from tilannekuva.domain.areas import register
from tilannekuva.domain.definitions import Lang, Text
from tilannekuva.domain.looks import Answer, Look
from tilannekuva.errors import BadDefinition, BadInput, NotUnderstood, TilannekuvaError, UnknownSource
from tilannekuva.flows.child import limited
from tilannekuva.flows.reading import Understood
from tilannekuva.flows.recording import Recorder, is_personal
from tilannekuva.flows.replay import read
from tilannekuva.flows.workspace import Workspace, texts_in
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.excel.plaintext import is_text
from tilannekuva.sources.recipe import Recipe


class Received(NamedTuple):
    """A sheet that came: what was understood of it, and the look that was recorded; None when it was not."""

    understood: Understood | TilannekuvaError
    look: Look | None


def contract(folder: Path, name: str) -> Recipe:
    """Give the recipe of a joint sheet, the workspace's own or a shipped one; UnknownSource, BadInput."""
    texts = {one: text for (kind, one), text in texts_in(folder).items() if kind == "recipe"}
    if name not in texts:
        raise UnknownSource(f"no recipe '{name}'; there are {', '.join(texts)}")
    found = recipes.recipe(texts[name], f"{name}.toml")
    if not found.entry:
        raise BadInput(f"{name} is no joint sheet: its recipe has no [[entry]]")
    return found


def template(recipe: Recipe, lang: Lang, areas: Sequence[str], *, today: date) -> bytes:
    """Give a workbook to fill in, for the areas named or for all; UnknownArea for a name that is none."""
    wanted = asked_areas(recipe, areas, today=today)
    made: bytes = _loaded("template").template(recipe, lang, wanted, on=today)
    return made


def asked_areas(recipe: Recipe, names: Sequence[str], *, today: date) -> list[str]:
    """Give the ids of the areas that a form is for; UnknownArea for a name that is none."""
    level = next((one.areas for one in recipe.entry if one.areas), None)
    return [found for one in names for found in _within(one, level, today)]


def _within(name: str, level: str | None, today: date) -> list[str]:
    """Give the area that is named, or the municipalities in it where the sheet is of municipalities."""
    area = register().area(name, on=today)
    if level in (None, area.level):
        return [area.id]
    if level != "municipality":
        raise BadInput(f"the sheet is filled in by {level}, and '{name}' is a {area.level}")
    return [member.id for member in register().members(area.id, on=today)]


def checked(recipe: Recipe, body: bytes, *, now: datetime) -> Understood | TilannekuvaError:
    """Say what a sheet says and what is wrong with it, and record nothing."""
    return read(recipe, (body,), now)


def received(
    workspace: Workspace, recipe: Recipe, answer: Answer, *, now: datetime, accept: bool = False
) -> Received:
    """Record a sheet that came, as any answer; whoever calls holds the right to write."""
    recorder = Recorder(workspace)
    landed_at = recorder.instant(recipe.id, now)
    understood = read(recipe, (answer.body,), landed_at)
    look = replace(recorder.look(answer, landed_at, recipe, understood), accepted=accept)
    return Received(understood, recorder.record(look, recipe, understood))


def returned_sheet(
    recipe: Recipe,
    body: bytes,
    understood: Understood | TilannekuvaError,
    *,
    today: date,
    contradicts: Sequence[Text] = (),
) -> bytes | None:
    """Give the sheet as it goes back to who filled it: an .xlsx, each fault coloured and explained.

    None where there is nothing to return: all rows were good, the recipe has no `entry`, it tells of persons,
    or the bytes are no workbook that can be read: what came as text is answered in words. Runs in a limited
    child; `today` is the day on which the sheet came, `contradicts` what cannot be true of rows that are good
    one by one.
    """
    if not recipe.entry or is_personal(understood) or is_text(body):
        return None
    more = [str(understood)] if isinstance(understood, TilannekuvaError) else understood.faults
    try:
        return limited(_returned, recipe, body, (*more, *contradicts), today)
    except NotUnderstood:
        return None


def _returned(recipe: Recipe, body: bytes, more: Sequence[str | Text], today: date) -> bytes | None:
    made: bytes | None = _loaded("returned").returned(recipe, body, more, today)
    return made


def _loaded(name: str) -> ModuleType:
    """Load what writes workbooks, which the core does without; BadDefinition says what to install."""
    try:
        return import_module(f"tilannekuva.sources.excel.{name}")
    except ModuleNotFoundError as error:
        raise BadDefinition(f"Excel needs {error.name}: pip install 'tilannekuva[sources]'") from None
