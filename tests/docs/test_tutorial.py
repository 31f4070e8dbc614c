"""The tutorials are run as they are written."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from service import Service, serving

from tilannekuva.cli import main

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "tutorial" / "first-source.md"
TEXT = GUIDE.read_text(encoding="utf-8")
SAMPLE, EXPECTED = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)
(RECIPE,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def city() -> Iterator[Service]:
    """Give a city that publishes the table of the tutorial."""
    with serving(lambda one: one.give(200, SAMPLE.encode(), content_type="text/csv")) as service:
        yield service


def run(*words: str) -> Result:
    """Run a command."""
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def folder(tmp_path: Path, city: Service) -> Path:
    """Give a workspace in which the tutorial was followed, its address being that of the test's city."""
    made = tmp_path / "tampere"
    run("init", str(made), "--area", "837")
    texts = {
        "toml": RECIPE.replace("https://data.city.example/tests.csv", city.url),
        "expected.csv": EXPECTED,
    }
    for ending, text in (texts | {"sample.csv": SAMPLE}).items():
        (made / "recipes" / f"city-tests.{ending}").write_text(text, encoding="utf-8")
    settings = made / "tilannekuva.toml"
    own = settings.read_text(encoding="utf-8").replace("sources = [", 'sources = ["city-tests", ')
    settings.write_text(own + '\nallow_networks = ["127.0.0.0/8"]\n', encoding="utf-8")
    return made


def test_the_recipe_of_the_tutorial_has_fewer_than_forty_lines():
    assert len(RECIPE.strip().splitlines()) < 40


def test_the_recipe_is_checked_and_proven(folder: Path):
    assert "sound" in run("recipe", "check", str(folder / "recipes" / "city-tests.toml")).output
    assert "as expected" in run("recipe", "test", "city-tests", "--workspace", str(folder)).output


def test_the_source_is_asked_and_its_numbers_are_there(folder: Path):
    """Named in the settings, asked over the network, believed, and shown with its suppressed cell."""
    run("update", "--workspace", str(folder), "--source", "city-tests")
    asked = ("observations", "--workspace", str(folder), "--indicator", "tests", "--source", "city-tests")
    rows = json.loads(run(*asked, "--format", "json").output)

    assert [("Nokia", None, "suppressed"), ("Nokia", None, "missing"), ("Tampere", 812, "normal")] == [
        (row["area_name"], row["value"], row["status"]) for row in rows[:3]
    ]
