"""The law of recipes as definitions: a mistake is named with file, line and cure; every key is explained."""

import pytest
from pydantic import BaseModel

from tilannekuva.errors import BadDefinition
from tilannekuva.sources import recipe as recipes
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.recipe import Check, Guard, Recipe, Series

HOSPITAL = recipes.texts()["hs-hospital"]
_SERIES = HOSPITAL[HOSPITAL.index("[[series]]") : HOSPITAL.index("[[check]]")]
_EACH = next(line for line in _SERIES.splitlines() if line.startswith("each"))
# The same with its first three series written out.
TEXT = HOSPITAL.replace(
    _SERIES,
    "".join(
        _SERIES.replace(_EACH, f'indicator = "{name}"').replace("{column}", column)
        for name, column in (
            ("hospitalised", "totalHospitalised"),
            ("in-ward", "inWard"),
            ("in-icu", "inIcu"),
        )
    ),
)


def complaint(text: str) -> str:
    """Give what is said of a recipe with mistakes."""
    with pytest.raises(BadDefinition) as caught:
        recipes.recipe(text, "own.toml")
    return str(caught.value)


def line(of: str, text: str = TEXT, nth: int = 0) -> int:
    """Give the number of the nth line that begins so."""
    return [at for at, one in enumerate(text.splitlines(), 1) if one.startswith(of)][nth]


MISTAKES: dict[str, tuple[str, str, str, int, str]] = {
    # old text, new text, beginning of the line that is to be named, which such line, what is said
    "key missing": ('publisher = "', '# "', "id", 0, "publisher: this key is required; add it"),
    "key unknown": ("rhythm =", "rythm =", "rythm", 0, "rythm: this key is not known; remove it or correct"),
    "wrong type": ('rhythm = "1d"', "rhythm = true", "rhythm", 0, "rhythm: "),
    "bad duration": (
        'every = "1h"',
        'every = "1 hour"',
        "every",
        0,
        "every: '1 hour' is no duration: write 90s, 15min, 1h, 2d or 1w",
    ),
    "key in a table missing": ('format = "json"', "", "[fetch]", 0, "fetch.format: this key is required"),
    "value not offered": (
        'format = "json"',
        'format = "xml"',
        "format",
        0,
        "fetch.format: there is no format 'xml': there are json, ndjson, csv",
    ),
    "no address": ('url = "https:', 'url = "file:', "url", 0, "fetch.url: String should match pattern"),
    "kind not offered": (
        'date = "day"',
        'date = "date"',
        "columns",
        0,
        "fetch.columns.date: Input should be",
    ),
    "second series": (
        'indicator = "in-ward"',
        'indicator = "In Ward"',
        "indicator",
        1,
        "series.1.indicator",
    ),
    "key of the second series missing": (
        'indicator = "in-ward"\n',
        "",
        "[[series]]",
        1,
        "series.1: name the `indicator`, or several in `each`",
    ),
    "level of the third series": (
        'indicator = "in-icu"\nlevel = "university-hospital-area"',
        'indicator = "in-icu"\nlevel = "ward"',
        "level",
        2,
        "series.2.level: Input",
    ),
    "check without a reason": (
        "why =",
        "# why =",
        "[[check]]",
        0,
        "check.0.why: this key is required; add it",
    ),
    "guard out of range": (
        "areas = 5",
        "areas = -5",
        "areas",
        0,
        "guard.areas: Input should be greater than or equal to 0",
    ),
    "guard unknown": ("areas = 5", "area = 5", "area =", 0, "guard.area: this key is not known"),
}


@pytest.mark.parametrize(("old", "new", "named", "nth", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_named_with_its_line(old: str, new: str, named: str, nth: int, said: str):
    """File, line, key and what to write instead, in one line."""
    text = TEXT.replace(old, new, 1)

    told = complaint(text)

    assert f"own.toml, line {line(named, text, nth)}: {said}" in told


def test_all_mistakes_are_named_at_once():
    text = TEXT.replace("areas = 5", "areas = -5").replace('every = "1h"', 'every = "hourly"')

    assert [one.split(":")[1] for one in complaint(text).splitlines()] == [" every", " guard.areas"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'format = "json"',
            'format = "json"\nkey = "abc123"',
            "put the key into an environment variable, and its name",
        ),
        (
            'format = "json"',
            'format = "json"\nkey = "env:AWS_SECRET_ACCESS_KEY"',
            "put the key into an environment variable, and its name here as env:TILANNEKUVA_NAME",
        ),
        (
            'format = "json"',
            'format = "json"\nheaders = { Authorization = "Bearer abc123" }',
            "no secret stands in them",
        ),
        ('every = "1h"', 'every = "2d"', "`every` may not be longer than `rhythm`, or news is missed"),
        (
            'optional = ["dead"]',
            'optional = ["deaths"]',
            "`optional` or `aliases` name columns that `columns` lacks: deaths",
        ),
        ("prod/finnish", "prod/{from}/finnish", "a URL with {from} or {day} needs `window_days`"),
        ('sample_landed_at = "', 'sample_landed_at = "noon ', "is neither a day (2021-03-15) nor an instant"),
        ('id = "hs-hospital"', 'id = "hs-hospital', "mend the TOML there"),
    ],
)
def test_what_does_not_fit_together_is_told(old: str, new: str, said: str):
    told = complaint(TEXT.replace(old, new, 1))

    assert said in told
    assert "abc123" not in told


def test_bad_toml_is_named_with_its_line():
    told = complaint(TEXT.replace('every = "1h"', "every = 1h"))

    assert told.startswith("own.toml: ")
    assert f"(at line {line('every')}, column " in told


@pytest.mark.parametrize("model", [Recipe, Fetch, Series, Check, Guard])
def test_every_key_is_explained(model: type[BaseModel]):
    assert [name for name, field in model.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("name", list(recipes.texts()))
def test_a_shipped_recipe_is_sound_and_proves_itself(name: str):
    """It says who publishes it and under which licence, and carries its sample."""
    one = recipes.recipe(recipes.texts()[name], name)

    assert one.id == name
    assert recipes.sample(one) is not None


def test_series_told_alike_are_written_once():
    """`each` gives one series an indicator, with its own column in the SQL."""
    said = {one.indicator: one.sql for one in recipes.recipe(HOSPITAL, "hs-hospital.toml").series}

    assert list(said) == ["hospitalised", "in-ward", "in-icu", "deaths"]
    assert said["in-icu"].split("from")[0].strip().endswith("inIcu as value, inIcu_status as status")


def test_a_series_has_one_way_to_name_its_indicator():
    text = HOSPITAL.replace("each = {", 'indicator = "cases"\neach = {')

    assert "series.0: name the `indicator`, or several in `each`" in complaint(text)
