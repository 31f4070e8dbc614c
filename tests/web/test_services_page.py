"""The pages of services: what staff see of a funnel, what everybody sees, and how to begin."""

from dataclasses import dataclass
from typing import Any, cast

import pytest
from shown import LANGS, Element, ask, rows, tree
from starlette.types import Receive, Scope, Send

from tilannekuva.domain.access import Role, Viewer
from tilannekuva.web.app import FastPath

PATHS = ("services", "services/phone-ring", "services/grocery-bags")
TAMPERE = "municipality:837"


@dataclass
class Seen:
    """The site as somebody of Tampere sees it."""

    app: FastPath
    role: Role = "staff"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let somebody in before the site is asked."""
        scope["viewer"] = Viewer(self.role, TAMPERE)
        await self.app.app(scope, receive, send)


@pytest.fixture(scope="module")
def inside(app: FastPath) -> FastPath:
    """Give the made-up city's site as its staff see it."""
    return cast("FastPath", Seen(app))


def page(app: FastPath, path: str) -> Element:
    """Give a page that is there."""
    answer = ask(app, path)
    assert 200 == answer.status_code, path
    return tree(answer.text)


def table(found: Element, nth: int = 0) -> list[list[str]]:
    """Give the cells of a table below its heading."""
    body = found.find("tbody")[nth]
    return [[one.text for one in row.inner if isinstance(one, Element)] for row in body.find("tr")]


def newest(app: FastPath, path: str) -> dict[str, Any]:
    """Give Tampere's newest values of a page's data by indicator."""
    return {row["indicator"]: row["value"] for row in rows(app, path) if row["area"] == TAMPERE}


def test_a_funnel_has_its_stages_in_order_with_two_days_and_the_sum(inside: FastPath):
    cells = table(page(inside, "/en/services/phone-ring"))
    data = newest(inside, "/en/services/phone-ring")

    stages = ["Called", "Reached", "Not reached", "Declined", "Needs help", "Help arranged", "Need gone"]
    assert stages == [row[0] for row in cells if not row[0].startswith(("In ", "On "))]
    reached = next(row for row in cells if row[0] == "Reached")
    assert [str(data["phone-ring-reached"]), str(data["phone-ring-reached-total"])] == [
        "".join(reached[n].split()) for n in (1, 3)
    ]


def test_what_follows_is_told_with_its_interval(inside: FastPath):
    told = {one.find("dt")[0].text: one.find("dd")[0].text for one in page(inside, "/en/services").find("div")
            if one.find("dt")}  # fmt: skip

    assert {"Waiting", "Oldest open", "Days to finish", "Promise kept"} <= told.keys()
    assert "in four cases out of five" in told["Days to finish"]


def test_staff_see_the_figures_of_their_own_municipality_alone(inside: FastPath):
    """Of the others what is released."""
    areas = {
        row["area"] for row in rows(inside, "/fi/services/phone-ring") if "total" not in row["indicator"]
    }

    assert {TAMPERE} == areas


@pytest.mark.parametrize("path", PATHS)
def test_everybody_sees_no_number_but_what_is_released(app: FastPath, path: str):
    shown = {row["indicator"] for row in rows(app, f"/fi/{path}")}

    assert shown <= {"phone-ring-attempted-total", "phone-ring-reached-total", "grocery-bags-served-total"}
    assert all(one.attributes["data-of"].split()[0] in shown for one in page(app, f"/fi/{path}").find("data"))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", PATHS)
def test_every_number_is_that_of_the_data(inside: FastPath, lang: str, path: str):
    given = {(f"{r['indicator']} {r['area']} {r['reference_date']}", str(r["value"]))
             for r in rows(inside, f"/{lang}/{path}")}  # fmt: skip
    figures = page(inside, f"/{lang}/{path}").find("data")

    assert len(figures) > 10
    for one in figures:
        value = one.attributes["value"]
        assert (one.attributes["data-of"], value or "None") in given, one.attributes


def test_a_service_that_is_not_there_is_not_found(inside: FastPath):
    assert 404 == ask(inside, "/fi/services/nothing").status_code


def test_before_any_report_the_page_says_so(empty: FastPath):
    assert "Lukuja ei ole vielä ilmoitettu." in page(empty, "/fi/services").text


def test_who_may_report_is_led_to_the_form(inside: FastPath, app: FastPath):
    links = [{one.attributes["href"] for one in page(site, "/fi/services").find("main")[0].find("a")}
             for site in (inside, app)]  # fmt: skip

    assert ["/fi/enter" in one for one in links] == [True, False]


def test_staff_have_tiles_of_services_after_those_of_the_epidemic(inside: FastPath, app: FastPath):
    tiles = [one.find("a")[0].text for one in page(inside, "/en/").find("article", "tile")]

    assert ["Phone ring: reached", "Grocery bags: waiting"] == tiles[-2:]
    assert "Phone ring" not in page(app, "/en/").find("main")[0].text
