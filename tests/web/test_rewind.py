"""Laws of rewinding: a page of the past holds nothing known later, says so, and has an address."""

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from browsing import MARKS
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shown import LANGS, NOW, PAGES, REWOUND, ask, land, tree, twin

from tilannekuva.domain.calendar import stamp
from tilannekuva.flows.workspace import Workspace
from tilannekuva.indicators import catalogue
from tilannekuva.web.app import FastPath
from tilannekuva.web.server import site
from tilannekuva.web.urls import brief, feed, image, table

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LATER = NOW + timedelta(hours=2)
ROW = {
    "id": "kh-1", "body": "city-board", "organ": "Kaupunginhallitus", "title": "Kirjastot suljetaan",
    "lang": "fi", "taken_on": "2021-03-17", "published_at": "2021-03-17T14:00",
    "effective_from": "2021-03-18", "area": "Tampere", "measure": "C2", "strength": "2",
}  # fmt: skip
TEXT = '[title]\nfi = "Sote"\n[text]\nfi = "Jono on purettu."\n'


class Sites(NamedTuple):
    """One city's site as it was, and the same after much has become known."""

    before: FastPath
    after: FastPath


def decided(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROW))
    writer.writeheader()
    writer.writerows(ROW | row for row in rows)
    return out.getvalue().encode()


def define(workspace: Workspace, at: datetime) -> None:
    """Let an indicator's words and levels, and a text of a sector, be other ones from an instant on."""
    (workspace.folder / "indicators").mkdir(exist_ok=True)
    (workspace.folder / "texts").mkdir(exist_ok=True)
    for name, text in catalogue.texts(None).items():
        changed = text.replace("enter = ", "enter = 1").replace('fi = "', 'fi = "Uusi ')
        (workspace.folder / "indicators" / f"{name}.toml").write_text(changed)
    (workspace.folder / "texts" / "health.toml").write_text(TEXT)
    with workspace.writing("test"):
        workspace.define(at)


def plant(workspace: Workspace) -> None:
    """Let all kinds of facts become known: values taken back, a source, decisions, words, a refusal."""
    body = workspace.landing.read(workspace.ledger.looks("hs-cases-district")[0].sha256)
    land(workspace, "hs-cases-district", body, NOW + timedelta(minutes=1))
    land(workspace, "hs-cases-country", body, NOW + timedelta(minutes=2))
    land(workspace, "decisions-file", decided({}, {"id": "kh-2"}), NOW + timedelta(minutes=3))
    define(workspace, NOW + timedelta(minutes=4))
    land(workspace, "hs-cases-district", b"nonsense", NOW + timedelta(minutes=5))


@pytest.fixture(scope="module")
def sites(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Give the site of a city that knows some decisions and texts, and of its copy that learnt more."""
    folders = [tmp_path_factory.mktemp("rewound") / name for name in ("before", "after")]
    shutil.copytree(city, folders[0])
    first = Workspace(folders[0])
    land(first, "decisions-file", decided({}), NOW - timedelta(days=1))
    first.close()
    shutil.copytree(*folders)
    before, after = (Workspace(one) for one in folders)
    plant(after)
    yield Sites(site(before, clock=lambda: NOW), site(after, clock=lambda: LATER))
    before.close()
    after.close()


def everything(lang: str, as_of: str) -> list[str]:
    """Give the addresses of all pages, twins, images, tables, feeds and briefs at an instant."""
    query = [("as_of", as_of)]
    pages = [
        f"/{lang}/{page}{'&' if '?' in page else '?'}as_of={as_of}"
        for page in PAGES.values()
        if "as_of" not in page
    ]
    files = [image(lang, "incidence-14d", "svg", query), feed(lang, query)]
    files += [table(lang, "cases", kind, query) for kind in ("parquet", "geojson")]
    files += [brief(lang, kind, query) for kind in ("html", "txt")]
    return [*pages, *(twin(one, kind) for one in pages for kind in ("json", "csv")), *files]


@settings(
    max_examples=4,
    phases=[Phase.generate],  # an instant is as simple as any other: nothing to shrink
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(lang=st.sampled_from(LANGS), minutes=st.integers(0, 3 * 24 * 60))
def test_nothing_known_later_touches_a_byte_of_the_past(sites: Sites, lang: str, minutes: int):
    """Pages, data, images, tables, the feed and the brief, whatever kind of fact came later."""
    addresses = everything(lang, stamp(NOW - timedelta(minutes=minutes)))
    answers = [(ask(sites.before, one), ask(sites.after, one)) for one in addresses]

    assert [
        (one, a.status_code) for one, (a, _) in zip(addresses, answers, strict=True) if a.status_code != 200
    ] == []
    assert [one for one, (a, b) in zip(addresses, answers, strict=True) if a.content != b.content] == []


def test_the_planted_facts_do_change_the_present(sites: Sites):
    """Else the law above would hold of anything."""
    changed = ["/fi/", "/fi/decisions", "/fi/sources", "/fi/area", "/fi/brief", "/fi/indicator/cases.csv"]

    assert [one for one in changed if ask(sites.before, one).content == ask(sites.after, one).content] == []


@pytest.mark.parametrize("path", [path for path in PAGES.values() if path != f"?{REWOUND}"])
def test_every_page_of_the_past_says_so_and_leads_back_to_the_present(app: FastPath, path: str):
    page = tree(ask(app, f"/en/{path}{'&' if '?' in path else '?'}{REWOUND}").text)
    clock = page.find("div", "clock")[0]
    steps = {one.attributes["data-step"]: one.attributes["href"] for one in clock.find("a", "step")}

    assert "rewound" in clock.attributes["class"].split()
    assert clock.find("strong")[0].text == "As known 18 Mar 2021 at 23:59"
    assert ("as_of=2021-03-17" in steps["prev"], "as_of=2021-03-19" in steps["next"]) == (True, True)
    assert "as_of" not in steps["now"]
    assert [one for one in page.find("script") if "live.js" in one.attributes["src"]] == []


@pytest.mark.parametrize("query", ["", "?as_of=2021-03-20"])
def test_no_step_leads_to_a_day_that_has_not_come(app: FastPath, query: str):
    clock = tree(ask(app, f"/fi/{query}").text).find("div", "clock")[0]

    assert [one for one in clock.find("a") if one.attributes.get("data-step") == "next"] == []


def test_the_permanent_link_shows_the_same_figures_at_the_same_instant(app: FastPath):
    link = (
        tree(ask(app, "/sv/indicator/cases").text)
        .find("span", "permanent")[0]
        .find("a")[0]
        .attributes["href"]
    )
    page = tree(ask(app, link).text)

    assert link == "/sv/indicator/cases?as_of=2021-03-20T15%3A00%3A00Z".replace("%3A", ":")
    assert page.find("div", "clock")[0].find("strong")[0].text == "Så här visste man 20.3.2021 kl. 17.00"
    assert page.find("h1")[0].text == tree(ask(app, "/sv/indicator/cases").text).find("h1")[0].text


class TestInABrowser:
    pytestmark = MARKS

    def test_the_clock_steps_by_keys_only_while_it_has_the_focus_and_keeps_it(
        self, browser: "Browser", address: str
    ):
        page = browser.new_page()
        page.goto(f"{address}/fi/sources?{REWOUND}")
        page.keyboard.press("[")
        page.keyboard.press("ArrowLeft")
        assert REWOUND in page.url
        page.locator("#clock [data-step=prev]").focus()
        for key, day in (("[", "17"), ("ArrowLeft", "16"), ("]", "17"), ("ArrowRight", "18")):
            with page.expect_navigation():
                page.keyboard.press(key)
            assert f"as_of=2021-03-{day}" in page.url
            assert page.evaluate("() => document.activeElement.closest('#clock') !== null")
        with page.expect_navigation():
            page.keyboard.press("n")
        assert "as_of" not in page.url
        page.close()

    def test_arrows_in_the_day_field_change_the_day_not_the_page(self, browser: "Browser", address: str):
        page = browser.new_page()
        page.goto(f"{address}/fi/sources?{REWOUND}")
        page.locator("#clock input[type=date]").focus()
        page.keyboard.press("ArrowRight")

        assert page.url.endswith(REWOUND)
        page.close()
