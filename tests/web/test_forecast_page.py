"""The page of forecasts: it shows what was kept, and beside it how good what was kept has been."""

import re
from collections.abc import Iterator
from datetime import timedelta

import outbreak
import pytest
from outbreak import DAYS, FIRST, noon
from shown import LANGS, Element, ask, rows, tree

from tilannekuva.domain.forecasts import Kept
from tilannekuva.flows.foretold import FLAT, Line, packed
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.server import site

DISTRICT = "hospital-district:06"
LEVELS = (0.01, 0.025, *(round(0.05 * nth, 2) for nth in range(1, 20)), 0.975, 0.99)
PATH = "/en/forecast?indicator=cases-weekly"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Give a workspace that was told of an outbreak, and made nothing of it."""
    workspace = Workspace(outbreak.made(tmp_path_factory.mktemp("told") / "workspace"))
    outbreak.tell(workspace)
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Give the same with twelve forecasts of the next week: three miss their week, one of them by far."""
    workspace = Workspace(outbreak.made(tmp_path_factory.mktemp("kept") / "workspace"))
    outbreak.tell(workspace)
    for nth, off in enumerate([0, 0, 0, 900, 0, 0, -400, 0, 0, 400, 40, 0]):
        keep(workspace, 98 + 7 * nth, off)
    yield workspace
    workspace.close()


def keep(workspace: Workspace, monday: int, off: float) -> None:
    """Keep a forecast of a week that lies so far off, 100 wide, beside a flat line 400 off and 200 wide."""
    came = sum(outbreak.final(DISTRICT, day) for day in range(monday, monday + 7))
    values = {"weekly": (came + off, 100.0), FLAT: (came + 400.0, 200.0)}
    first = FIRST + timedelta(days=monday)
    lines = [
        Line(DISTRICT, name, 1, first, tuple(middle + wide * (level - 0.5) for level in LEVELS))
        for name, (middle, wide) in values.items()
    ]
    sha256, at = workspace.landing.keep(packed(lines, LEVELS)), noon(monday)
    one = Kept(at, "cases-weekly", "weekly", first - timedelta(days=1), "", sha256, at)
    with workspace.writing("test"):
        workspace.ledger.foretell(workspace.store.fence, [one])


def app(workspace: Workspace) -> FastPath:
    return site(workspace, clock=lambda: noon(DAYS))


def days(found: list[Element]) -> list[str]:
    return [one.find("time")[0].attributes["datetime"] for one in found]


def words(workspace: Workspace, path: str = PATH) -> str:
    return " ".join(tree(ask(app(workspace), path).text).find("main")[0].text.split())


def test_weeks_are_those_of_the_newest_forecast(kept: Workspace):
    cells = [one.text for one in tree(ask(app(kept), PATH).text).find("table", "foretold")[0].find("td")]
    newest = {row["level"]: row["value"] for row in rows(app(kept), PATH)[: len(LEVELS)]}

    told = {level: f"{round(newest[level]):,}".replace(",", "\N{NO-BREAK SPACE}") for level in newest}
    assert [told[0.5], f"{told[0.05]}–{told[0.95]}", f"{told[0.25]}–{told[0.75]}"] == cells


def test_what_is_over_is_not_foretold(kept: Workspace):
    """The newest forecast is of a week that ended before the last day."""
    assert "most likely" not in words(kept)
    assert "There is no forecast for this area now" in words(kept)


def test_what_has_been_told_for_good_is_not_forecast(app: FastPath):
    page = tree(ask(app, "/en/forecast?indicator=in-ward").text).find("main")[0]
    course, weeks = page.find("figure")[0], page.find("table", "foretold")[0]
    told = [row for row in course.find("tr")[1:] if row.find("td")[1].text != "provisional"]

    assert max(days(told)) < min(days(weeks.find("tr")[1:]))


def test_of_a_larger_areas_patients_the_citys_own_are_told(app: FastPath):
    said = " ".join(tree(ask(app, "/en/forecast?indicator=in-ward").text).find("main")[0].text.split())

    assert "Tampere University Hospital" in said
    own = r"patients?; nine times in ten between \d+ and \d+\. Of them, by its share of cases, Tampere:"
    assert len(re.findall(own, said)) == 2, "of the first period and of the last"


def test_deaths_told_of_a_larger_area_are_divided_and_the_page_says_so(app: FastPath):
    said = " ".join(tree(ask(app, "/en/forecast?indicator=deaths-weekly").text).find("main")[0].text.split())

    assert "Deaths per week, Tampere" in said
    assert "told of large areas; of those inside it is drawn, by their share of cases" in said
    assert not re.search(r"\b1 deaths", said)


def test_of_a_place_where_nearly_always_the_same_comes_one_number_is_told(app: FastPath):
    page = tree(ask(app, "/en/forecast?area=250&indicator=in-icu").text).find("main")[0]
    said = " ".join(page.text.split())

    assert "Kihniö: nine times in ten 0 patients." in said
    assert "between 0 and 0" not in said


def test_a_model_is_told_in_words(kept: Workspace):
    assert "weighted mean of several methods" in words(kept)
    assert not [lang for lang in LANGS if "weekly" in words(kept, PATH.replace("en", lang, 1))]


def test_how_good_forecasts_were_is_said_in_words(kept: Workspace):
    """Nine of twelve held, and their errors were smaller than those of a flat line that was always off."""
    assert "of the last 12 forecasts of a week ahead, 9 held within their 90% range." in words(kept)
    assert "smaller than those of assuming no change." in words(kept)


def test_each_past_forecast_stands_with_what_came(kept: Workspace):
    (table,) = [one for one in tree(ask(app(kept), PATH).text).find("table") if "What came" in one.text]

    assert ["held", "held", "missed"] == [one.text.split()[-1] for one in table.find("tr")[1:4]]
    assert len(table.find("tr")) == 1 + 12


def test_what_was_known_then_is_shown_rewound(kept: Workspace):
    """Neither later forecasts nor later scores."""
    at = f"&as_of={noon(98 + 7 * 2).isoformat().replace('+00:00', 'Z')}"

    assert "2 of 2" not in words(kept, PATH + at)
    assert {row["origin_date"] for row in rows(app(kept), PATH + at)} <= {
        (FIRST + timedelta(days=98 + 7 * nth - 1)).isoformat() for nth in range(3)
    }


def test_without_a_forecast_the_page_says_why(told: Workspace):
    assert "There is no forecast" in words(told)


def test_what_is_not_forecast_is_no_page(told: Workspace):
    assert ask(app(told), "/fi/forecast?indicator=tests").status_code == 404
