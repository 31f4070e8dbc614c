"""If it exists it is documented."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

import tilannekuva
from tilannekuva import errors
from tilannekuva.cli import main
from tilannekuva.config import Settings
from tilannekuva.domain import scenarios
from tilannekuva.domain.areas import register
from tilannekuva.domain.definitions import read as definition
from tilannekuva.domain.indicators import Indicator, Level
from tilannekuva.flows import upkeep
from tilannekuva.indicators import catalogue, services
from tilannekuva.sources import recipe
from tilannekuva.sources.fetch import Fetch
from tilannekuva.web.app import addresses

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"


def walked(
    command: click.Command, path: tuple[str, ...] = ("tilannekuva",)
) -> list[tuple[tuple[str, ...], click.Command]]:
    """Give every command with its path."""
    children = command.commands.items() if isinstance(command, click.Group) else []
    return [(path, command), *(found for name, child in children for found in walked(child, (*path, name)))]


COMMANDS = walked(main)


@pytest.mark.parametrize("script", ["build.py", "links.py"])
def test_the_reference_is_up_to_date_and_links_lead_somewhere(script: str):
    done = subprocess.run(
        [sys.executable, DOCS / script, "--check"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_every_command_has_help_with_an_example_that_is_a_command(
    path: tuple[str, ...], command: click.Command
):
    """The example names an existing command and only options that it has."""
    example = re.search(r"Example: (tilannekuva .*)", command.help or "")
    assert example, path
    words = shlex.split(example[1])
    options = {option for _, one in COMMANDS for param in one.params for option in param.opts}

    assert all(word in options for word in words if word.startswith("--"))
    assert any(words[: len(other)] == list(other) for other, _ in COMMANDS)


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_every_option_says_what_it_does(path: tuple[str, ...], command: click.Command):
    silent = [
        one.name
        for one in command.params
        if isinstance(one, click.Option) and not one.help and not one.show_default
    ]

    assert silent == [], path


@pytest.mark.parametrize(
    "model",
    [
        Settings,
        Indicator,
        Level,
        recipe.Recipe,
        Fetch,
        recipe.Series,
        recipe.Decisions,
        recipe.Place,
        recipe.Boundaries,
        recipe.Entry,
        recipe.Check,
        recipe.Guard,
        scenarios.Scenario,
        scenarios.Measured,
        scenarios.Changed,
        scenarios.Vaccination,
        scenarios.Assumptions,
        scenarios.Disease,
        scenarios.Effect,
    ],
)
def test_every_key_of_a_definition_is_described(model: type):
    nested = {"fetch", "series", "check", "guard"}
    silent = [
        name for name, field in model.model_fields.items() if not field.description and name not in nested
    ]

    assert silent == []


def test_every_recipe_indicator_address_and_error_is_in_the_reference():
    text = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md"))
    named = [*recipe.texts(), *catalogue.texts(), *(path for path, _ in addresses())]
    named += [name for name, one in vars(errors).items() if isinstance(one, type)]

    assert [name for name in named if name not in text] == []


def test_the_drawn_tree_of_errors_is_the_tree():
    drawn = re.findall(r"(\w+)\s+(\d)\s+(\d{3})", errors.__doc__ or "")
    real = [(name, str(one.exit_code), str(one.http_status)) for name, one in vars(errors).items()
            if isinstance(one, type) and issubclass(one, errors.TilannekuvaError)]  # fmt: skip

    assert real == drawn


def test_the_changelog_and_the_package_know_the_same_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == tilannekuva.__version__


def test_every_status_and_condition_stands_in_the_glossary():
    text = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    words = [
        "normal",
        "provisional",
        "missing",
        "suppressed",
        "withdrawn",
        "zero",
        "fresh",
        "late",
        "refused",
        "failing",
    ]

    assert [word for word in words if word not in text] == []


def test_the_menu_offers_what_the_documents_promise():
    menu = (ROOT / "dev").read_text(encoding="utf-8")

    assert all(f"  {verb})" in menu for verb in ("demo", "test", "check", "bench", "docs", "shape"))


def test_a_document_in_each_of_four_parts():
    parts = {page.parent.name for page in DOCS.rglob("*.md")}

    assert {"tutorial", "how-to", "reference", "explanation"} <= parts


@pytest.mark.parametrize("name", upkeep.TEMPLATES)
def test_a_template_names_recipes_that_are_shipped_and_areas_that_are_there(name: str):
    template = definition(upkeep.TEMPLATES[name], name, upkeep.Template)
    asked = {*template.sources, *(source for found in template.of.values() for source in found)}

    assert sorted(asked - recipe.texts().keys() - {f"service-{one}" for one in services.texts()}) == []
    assert [area for area in template.of if register().area(area).id != area] == []
