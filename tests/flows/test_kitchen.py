"""The law of shipped recipes: each gives exactly the rows expected of its sample."""

from pathlib import Path

import pytest
from intake import sample

from tilannekuva.errors import BadDefinition, BadInput, UnknownSource
from tilannekuva.flows import kitchen
from tilannekuva.sources import recipe as recipes

SHIPPED = recipes.texts()


def own(
    workspace: Path, name: str, *, toml: tuple[str, str] = ("", ""), body: tuple[str, str] = ("", "")
) -> str:
    """Put a shipped recipe and its sample into a workspace, changed, and give what testing it says."""
    folder = workspace / "recipes"
    folder.mkdir(parents=True, exist_ok=True)
    text = SHIPPED[name].replace(*toml)
    form = recipes.recipe(text, name).fetch.format
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    (folder / f"{name}.sample.{form}").write_text(sample(name).decode().replace(*body), encoding="utf-8")
    expected = recipes.sample(recipes.recipe(SHIPPED[name], name))
    assert expected
    (folder / f"{name}.expected.csv").write_text(expected[1], encoding="utf-8")
    return next(difference for _, difference in kitchen.tested(workspace, [name]))


def test_every_shipped_recipe_gives_the_rows_expected(tmp_path: Path):
    assert dict(kitchen.tested(tmp_path, [])) == dict.fromkeys(SHIPPED, "")


@pytest.mark.parametrize(("name", "change", "said"), [
    ("hs-tests", {"body": ("4176", "4177")},
     "tests,country:FI,2021-01-08,day,all: expected 4176,normal, got 4177,normal"),
    ("hs-tests", {"toml": ("provisional_days = 3", "provisional_days = 2")},
     "tests,country:FI,2021-01-13,day,all: expected 2914,provisional, got 2914,normal"),
    ("hs-tests", {"body": ('"value"', '"values"')},
     "not understood: the column 'value' is missing; the answer has 'values', 'date'; did 'value' become"),
    ("hs-tests", {"toml": ("from raw", "from row")}, "the sample is not understood: Catalog Error: "),
    ("hs-hospital", {"toml": ('in-ward = "inWard"', 'in-ward = "inIcu"')},
     "in-ward,country:FI,2021-01-08,day,all: expected "),
    ("hs-vaccination", {"body": ('"area":"TYKS"', '"area":"TAYS"')}, "two values, "),
    ("thl-cases-weekly", {"body": ("Birkalands", "Egentliga Finlands")}, "two values, "),
    ("thl-cases-weekly", {"toml": ("val_status as status", "'estimated' as status")},
     "cases-weekly,country:FI,2021-01-04,week,all: expected 344,normal, got 344,estimated"),
    ("thl-cases-district", {"body": ("Kainuun SHP;3\n", "")},
     "the guard objects to the sample: only 21 of 22 areas"),
])  # fmt: skip
def test_a_changed_recipe_or_sample_is_noticed(
    tmp_path: Path, name: str, change: dict[str, tuple[str, str]], said: str
):
    assert said in own(tmp_path, name, **change)


def test_a_recipe_without_a_sample_says_what_to_add(tmp_path: Path):
    folder = tmp_path / "recipes"
    folder.mkdir()
    text = SHIPPED["hs-tests"].replace('id = "hs-tests"', 'id = "own-tests"')
    (folder / "own-tests.toml").write_text(text, encoding="utf-8")

    said = dict(kitchen.tested(tmp_path, ["own-tests"]))

    assert said == {"own-tests": "has no sample; add own-tests.sample.* and own-tests.expected.csv beside it"}


def test_written_rows_are_those_expected():
    """What an analyst has written for a new recipe is what the test then compares with."""
    one = recipes.recipe(SHIPPED["thl-cases-country"], "thl-cases-country")
    found = recipes.sample(one)

    assert found
    assert kitchen.written(one, found[0]) == found[1]


def test_recipes_are_listed_and_printed(tmp_path: Path):
    assert "hs-hospital: Hospital care by university hospital area (HS)" in kitchen.shown(tmp_path, None)
    assert kitchen.shown(tmp_path, "hs-tests") == SHIPPED["hs-tests"].rstrip()
    with pytest.raises(UnknownSource, match="no recipe 'hs-test'; there are apple-mobility, "):
        kitchen.shown(tmp_path, "hs-test")


def test_a_recipe_is_checked_as_windows_saves_it_and_what_is_no_utf8_says_so(tmp_path: Path):
    file = tmp_path / "hs-tests.toml"
    file.write_text(SHIPPED["hs-tests"], encoding="utf-8-sig")
    kitchen.checked(file)

    file.write_text(SHIPPED["hs-tests"], encoding="utf-16")
    with pytest.raises(BadDefinition, match="save it as UTF-8"):
        kitchen.checked(file)


def test_a_recipe_bears_the_name_of_its_file(tmp_path: Path):
    file = tmp_path / "other.toml"
    file.write_text(SHIPPED["hs-tests"], encoding="utf-8")

    with pytest.raises(BadInput, match=r"other\.toml has the id 'hs-tests'; name the file hs-tests\.toml"):
        kitchen.checked(file)
