"""Make docs/reference from the code: `./dev docs`; with --check only say what is out of date."""

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import get_args, get_origin

import click
from pydantic import BaseModel

from tilannekuva import errors
from tilannekuva.cli import main as commands
from tilannekuva.config import Settings
from tilannekuva.domain import (
    areas,
    decisions,
    forecasts,
    indicators,
    looks,
    observations,
    picture,
    publications,
    scenarios,
    texts,
)
from tilannekuva.domain.definitions import Text
from tilannekuva.domain.services import Count, Place, Service
from tilannekuva.indicators import catalogue
from tilannekuva.indicators import scenarios as shipped_scenarios
from tilannekuva.indicators import services as shipped_services
from tilannekuva.sources import recipe
from tilannekuva.sources.fetch import Fetch
from tilannekuva.web import pages
from tilannekuva.web.app import addresses
from tilannekuva.web.pages import glossary as words
from tilannekuva.web.urls import ASKED, EVERYWHERE, PATHS

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
sys.path.append(str(ROOT / "tests" / "spec"))
MADE = "<!-- Made by docs/build.py from the code; do not edit here. -->\n\n"

SOURCES = """Every source that is joined already, one TOML file each in `src/tilannekuva/sources/recipes`.
*Proven on* names the recorded answers that the tests read with the recipe; *format only* means that none is
at hand, and that the recipe was proven on a sample that we wrote in the documented form. No live service was
asked while these were made: the first look at one may be refused, and then says what differs.
"""


def table(head: list[str], rows: list[list[str]]) -> str:
    """Write a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(escaped(cell) for cell in line)} |" for line in lines)


def escaped(cell: str) -> str:
    """Keep a cell on its line and in its column."""
    return cell.replace("|", "\\|").replace("\n", " ")


def model(one: type[BaseModel]) -> str:
    """Write a table of a definition's keys."""
    rows = []
    for name, field in one.model_fields.items():
        default = "required" if field.is_required() else f"`{field.get_default(call_default_factory=True)}`"
        if isinstance(field.default, BaseModel):
            default = "see below"
        rows.append([f"`{name}`", str(field.description or ""), default])
    return table(["key", "meaning", "default"], rows)


def command_pages() -> str:
    """Write the help of every command."""
    parts = [
        "# Commands\n",
        "Data goes to stdout, talk to stderr; exit codes stand in [errors](errors.md).\n",
    ]
    for path, command in walked(commands, "tilannekuva"):
        context = click.Context(command, info_name=path, max_content_width=100, terminal_width=100)
        parts.append(f"## {path}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def walked(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its path."""
    yield path, command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from walked(child, f"{path} {name}")


def settings_page() -> str:
    """Write the settings."""
    head = f"# Settings\n\n`tilannekuva.toml` in the workspace's folder.\n\n{model(Settings)}\n"
    return "\n".join([head, *sections_of(Settings)])


def sections_of(whole: type[BaseModel], above: str = "") -> Iterator[str]:
    """Yield the tables within a table of the settings, each before those within itself."""
    for name, field in whole.model_fields.items():
        for one in (field.annotation, *get_args(field.annotation)):
            if inspect.isclass(one) and issubclass(one, BaseModel) and one is not Text:
                path = f"{above}{name}"
                heading = f"[[{path}]]" if get_origin(field.annotation) is tuple else f"[{path}]"
                yield f"## `{heading}`\n\n{inspect.getdoc(one)}\n\n{model(one)}\n"
                yield from sections_of(one, f"{path}.")


def recipe_page() -> str:
    """Write the keys of a recipe and the shipped recipes."""
    parts = ["# Recipes\n", "A source is one TOML file; [how to write one](../tutorial/first-source.md).\n"]
    sections = {
        "": recipe.Recipe,
        "fetch": Fetch,
        "[series]": recipe.Series,
        "decisions": recipe.Decisions,
        "place": recipe.Place,
        "boundaries": recipe.Boundaries,
        "[entry]": recipe.Entry,
        "[check]": recipe.Check,
        "guard": recipe.Guard,
    }
    for name, one in sections.items():
        heading = f"`[{name}]`" if name else "Top of the file"
        parts.append(f"## {heading}\n\n{inspect.getdoc(one)}\n\n{model(one)}\n")
    parts.append("The shipped ones stand in [sources](sources.md).")
    return "\n".join(parts)


def source_page() -> str:
    """Write what is joined already: one line a shipped recipe, then each in full."""
    found = [recipe.recipe(text, name) for name, text in recipe.texts().items()]
    heads = ["source", "format", "publishes", "licence", "says", "proven on"]
    rows = [
        [
            f"[{one.id}](#{one.id})",
            one.fetch.format
            if one.fetch.protocol == "get"
            else f"{one.fetch.format} by {one.fetch.protocol}",
            span(one.rhythm),
            one.licence.en,
            said(one),
            ", ".join(f"`{name}`" for name in one.proven_on) or "format only",
        ]
        for one in found
    ]
    parts = [
        "# Sources\n",
        SOURCES,
        table(heads, rows) + "\n",
    ]
    for one in found:
        told = [
            ["publisher", one.publisher],
            ["contact", one.contact],
            ["asked", f"every {span(one.every)}" if one.every else "never: replayed, or sent to the inbox"],
            ["address", f"`{one.fetch.url}`" if one.fetch.url else ""],
        ]
        full = [row for row in told if row[1]]
        parts.append(f"## {one.id}\n\n{one.title.en}. {one.about.en}\n\n{table(['', ''], full)}\n")
    return "\n".join(parts)


def span(length: timedelta) -> str:
    """Write a time span as recipes do: 15min, 1h, 7d."""
    minutes = int(length.total_seconds() // 60)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}min"


def said(one: recipe.Recipe) -> str:
    """Name what a recipe tells: indicators, decisions, boundaries."""
    told = [f"`{name}`" for name in dict.fromkeys(series.indicator for series in one.series)]
    told += ["decisions"] if one.decisions else []
    return ", ".join(told) or "boundaries"


def indicator_page() -> str:
    """Write the shipped indicators and the keys of a definition."""
    parts = ["# Indicators\n", f"## Keys of a definition\n\n{model(indicators.Indicator)}\n"]
    parts.append(f"### `[[levels]]`\n\n{inspect.getdoc(indicators.Level)}\n\n{model(indicators.Level)}\n")
    for name, one in {"forecast": forecasts.Foretelling, "forecast.assumed": forecasts.Assumed}.items():
        parts.append(f"### `[{name}]`\n\n{inspect.getdoc(one)}\n\n{model(one)}\n")
    parts.append("## Shipped indicators\n")
    for one in catalogue.catalogue(catalogue.texts()).indicators.values():
        titles = f"{one.title.fi} / {one.title.sv} / {one.title.en}"
        said = f"{one.explanation.en} {one.caveats.en} Unit: {one.unit.en}."
        parts.append(f"### {one.id}\n\n{titles}\n\n{said}\n")
        if one.levels:
            rows = [[level.level, f"{level.enter:g}", f"{level.leave:g}"] for level in one.levels]
            parts.append(table(["level", "entered at", "left below"], rows) + "\n")
        if one.sql:
            inputs = ", ".join(f"`{name}`" for name in one.inputs)
            parts.append(f"From {inputs}:\n\n```sql\n{one.sql.strip()}\n```\n")
        elif one.sources:
            heard = ", ".join(f"`{name}`" for name in one.sources)
            parts.append(f"Sources in the order they are heard: {heard}.\n")
    return "\n".join(parts)


def service_page() -> str:
    """Write the keys of a service and the shipped ones."""
    parts = ["# Services\n", "A service is one TOML file; [how to follow one](../how-to/services.md).\n"]
    for heading, one in (("", Service), ("`[[counts]]`", Count), ("`[[places]]`", Place)):
        parts.append((f"## {heading}\n\n" if heading else "") + f"{inspect.getdoc(one)}\n\n{model(one)}\n")
    parts.append("## Shipped services\n")
    for name, text in shipped_services.texts().items():
        found = shipped_services.service(text, name)
        titles = f"{found.title.fi} / {found.title.sv} / {found.title.en}"
        parts.append(f"### {name}\n\n{titles}\n\n{found.about.en}\n")
        rows = [[f"`{each.stage}`", each.title.en, each.help.en] for each in found.counts]
        parts.append(table(["stage", "title", "what to count"], rows) + "\n")
    return "\n".join(parts)


def scenario_page() -> str:
    """Write the keys of a scenario and of assumptions, and the shipped ones."""
    parts = ["# Scenarios\n", "A scenario is one TOML file; [how to write one](../how-to/scenarios.md).\n"]
    keys = {
        "Top of a scenario": scenarios.Scenario,
        "`[[measures]]`": scenarios.Measured,
        "`[[contacts]]`": scenarios.Changed,
        "`[[vaccination]]`": scenarios.Vaccination,
        "Top of assumptions": scenarios.Assumptions,
        "`[read]`": scenarios.Read,
        "`[disease]`": scenarios.Disease,
        "`[contacts]`": scenarios.Contacts,
        "`[vaccine]`": scenarios.Vaccine,
        "`[beds]`": scenarios.Beds,
        "`[[effects]]`": scenarios.Effect,
    }
    parts += [f"## {name}\n\n{inspect.getdoc(one)}\n\n{model(one)}\n" for name, one in keys.items()]
    parts.append("## Shipped scenarios\n")
    for name, text in shipped_scenarios.texts().items():
        one = shipped_scenarios.scenario(text, name)
        titles = f"{one.title.fi} / {one.title.sv} / {one.title.en}"
        parts.append(f"### {name}\n\n{titles}\n\n{one.about.en}\n")
    for name, text in shipped_scenarios.assumption_texts().items():
        parts.append(f"## Shipped assumptions: {name}\n\n```toml\n{text.strip()}\n```\n")
    return "\n".join(parts)


def page_page() -> str:
    """Write every page's address and the value it is made of."""
    parts = ["# Pages\n", "Every page can be asked this in its address:\n"]
    parts.append(table(["parameter", "meaning"], [[f"`{name}`", ASKED[name]] for name in EVERYWHERE]) + "\n")
    parts.append(table(["address", "what"], [[f"`{path}`", what] for path, what in addresses()]) + "\n")
    own = [[f"`{name}`", page, ASKED[name]] for page, (_, names) in PATHS.items() for name in names]
    parts.append("Of single pages:\n\n" + table(["parameter", "page", "meaning"], own) + "\n")
    rooms = sorted(one.name for one in pkgutil.iter_modules(pages.__path__))
    for module in (importlib.import_module(f"{pages.__name__}.{name}") for name in rooms):
        for name, one in vars(module).items():
            if is_dataclass(one) and inspect.isclass(one) and one.__module__ == module.__name__:
                parts.append(f"## {name}\n\n{prose(one)}\n\n{columns(one)}\n")
    return "\n".join(parts)


def noun_page() -> str:
    """Write the nouns and their fields."""
    parts = ["# Nouns\n"]
    nouns = (
        areas.Area,
        observations.Fact,
        observations.Observation,
        decisions.Decision,
        looks.Look,
        looks.Health,
    )
    seen = (picture.Point, picture.Reading, picture.Source, picture.Picture, publications.Publication)
    to_come = (forecasts.Target, forecasts.Forecast, forecasts.Score, forecasts.Record, forecasts.Kept)
    parts += [f"## {one.__name__}\n\n{prose(one)}\n\n{columns(one)}\n" for one in (*nouns, *seen, *to_come)]
    told = (texts.SectorText, texts.Told)
    parts += [f"## {one.__name__}\n\n{prose(one)}\n\n{model(one)}\n" for one in told]
    return "\n".join(parts)


def prose(one: type) -> str:
    """Give a docstring as one paragraph a paragraph."""
    return "\n\n".join(" ".join(part.split()) for part in (inspect.getdoc(one) or "").split("\n\n"))


def columns(one: type) -> str:
    """Write a table of fields and their types."""
    named = {field.name: field.type for field in fields(one)} if is_dataclass(one) else {}
    hints = named or inspect.get_annotations(one)
    return table(["field", "type"], [[f"`{name}`", f"`{written(kind)}`"] for name, kind in hints.items()])


def written(kind: object) -> str:
    """Write a type as in the code."""
    text = kind.__name__ if isinstance(kind, type) and not getattr(kind, "__args__", None) else str(kind)
    return re.sub(r"\b(?:[a-z_]+\.)+", "", text)


def error_page() -> str:
    """Write the tree of errors."""
    found = [one for one in vars(errors).values() if inspect.isclass(one)]
    rows = [[f"`{one.__name__}`", str(one.exit_code), str(one.http_status), prose(one)] for one in found]
    tree = (inspect.getdoc(errors) or "").partition("\n\n")[2]
    heads = ["error", "exit code", "HTTP status", "meaning"]
    return f"# Errors\n\n```text\n{tree}\n```\n\n{table(heads, rows)}\n"


def law_page() -> str:
    """Write the law of observations from its tests."""
    return importlib.import_module("pages").page()  # tests/spec/pages.py


def glossary() -> str:
    """Write the words of the code, with those on screen in Finnish and Swedish."""
    lead = (
        "Columns and code bear these names. The words in brackets are those on screen in Finnish and Swedish."
    )
    rows = []
    for one in words.words():
        parted = "; " if "," in one.word else ", "
        names = f" ({one.name.fi}{parted}{one.name.sv})" if one.name else ""
        rows.append([f"**{one.word}**{names}", one.meaning])
    return f"# Glossary\n\n{lead}\n\n{table(['word', 'meaning'], rows)}\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": command_pages,
    "settings.md": settings_page,
    "recipes.md": recipe_page,
    "sources.md": source_page,
    "indicators.md": indicator_page,
    "pages.md": page_page,
    "nouns.md": noun_page,
    "services.md": service_page,
    "scenarios.md": scenario_page,
    "errors.md": error_page,
    "observations.md": law_page,
    "../../GLOSSARY.md": glossary,
}


def main() -> int:
    """Write the pages, or say which are out of date."""
    stale = []
    for name, make in PAGES.items():
        text, file = MADE + make().rstrip() + "\n", REFERENCE / name
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
    done = "is out of date: run ./dev docs" if "--check" in sys.argv else "made"
    for name in stale:
        print(f"docs/reference/{name} {done}")
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
