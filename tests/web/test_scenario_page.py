"""Laws of the scenario page: never taken for a forecast, whole without scripts, and of what is asked."""

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
from shown import LANGS, NOW, Element, ask, rows, tree

from tilannekuva.web.app import FastPath

NO_FORECAST = {
    "fi": "Laskelma, ei ennuste.",
    "sv": "En beräkning, ingen prognos.",
    "en": "Projection, not a forecast.",
}


def main(app: FastPath, path: str) -> Element:
    return tree(ask(app, path).text).find("main")[0]


def says(app: FastPath, path: str) -> str:
    return main(app, path).find("p", "says")[0].text


def sent(page: Element) -> list[tuple[str, str]]:
    """Give what the form of the sliders sends when nothing is touched."""
    form = page.find("form", "sliders")[0]
    return [(one.attributes["name"], one.attributes["value"]) for one in form.find("input")]


@pytest.mark.parametrize("lang", LANGS)
def test_it_says_first_and_at_every_drawing_that_it_is_no_forecast(app: FastPath, lang: str):
    page = main(app, f"/{lang}/scenario")
    drawn = page.find("figcaption")

    assert NO_FORECAST[lang] in page.find("p", "projection")[0].text
    assert len(drawn) >= 3
    assert all(NO_FORECAST[lang] in one.text for one in drawn)


def test_its_data_are_marked_as_projections_of_days_to_come(app: FastPath):
    found = rows(app, "/en/scenario")
    low, middle, high = (
        [row[name] for row in found if row["scenario"] == "as-now"] for name in ("q05", "q50", "q95")
    )

    assert {row["kind"] for row in found} == {"projection"}
    assert min(row["reference_date"] for row in found) > NOW.date().isoformat()
    assert all(one <= two <= three for one, two, three in zip(low, middle, high, strict=True))


def test_an_untouched_form_is_the_scenario_as_it_was_saved(app: FastPath):
    path = "/en/scenario?scenario=schools-closed"
    query = urlencode(sent(main(app, path)))

    assert says(app, f"/en/scenario?{query}") == says(app, path)


def test_a_slider_that_is_moved_changes_what_follows_and_can_be_taken_back(app: FastPath):
    path = "/en/scenario?scenario=as-now"
    moved = main(app, f"{path}&other=20")

    assert "As now, with your changes" in moved.find("p", "says")[0].text
    assert ("other", "20") in sent(moved)
    assert "Contacts elsewhere 20%" in "".join(one.text for one in moved.find("dl"))
    assert path in [one.attributes["href"] for one in moved.find("a")]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("scenario=nix", 404),
        ("home=151", 400),
        ("doses=many", 400),
        ("since=2099-01-01", 400),
        ("since=x", 400),
    ],
)
def test_what_cannot_be_asked_is_refused(app: FastPath, query: str, status: int):
    assert ask(app, f"/en/scenario?{query}").status_code == status


def test_every_scenario_stands_beside_the_others(app: FastPath):
    page = main(app, "/en/scenario")
    chosen = [one.text for one in page.find("ul", "choices")[0].find("a")]
    beside = next(one for one in page.find("section") if one.find("h2")[0].attributes["id"] == "sides")

    assert [one.text for one in beside.find("tbody")[0].find("th")] == chosen
    assert len(chosen) == 6


def test_without_figures_it_says_what_is_needed(empty: FastPath):
    page = main(empty, "/en/scenario")

    assert "four weeks of settled figures" in page.find("p", "empty")[0].text
    assert rows(empty, "/en/scenario") == []


def test_without_numpy_the_page_says_what_to_install(city: Path):
    code = f"""
import sys
sys.modules["numpy"] = None
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from shown import NOW, ask
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.server import site
answer = ask(site(Workspace(Path({str(city)!r})), clock=lambda: NOW), "/en/scenario")
print(answer.status_code, answer.text)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stdout.startswith("200"), done.stderr
    assert "pip install &#39;tilannekuva[forecast]&#39;" in done.stdout
