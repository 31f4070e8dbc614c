"""Charts as files: the page's own drawing, as known then, whole by itself, and safe."""

import base64
import hashlib
import re
import struct
import sys
from xml.etree import ElementTree as ET

import pytest
from shown import LANGS, REWOUND, ask, tree

from tilannekuva.web import typesetting
from tilannekuva.web.app import FastPath

CHART = "/chart/fi/incidence-14d"
INSTALL = "pip install 'tilannekuva[brief]'"


def texts(svg: str) -> str:
    """Give all words of a drawing."""
    return " ".join(ET.fromstring(svg).itertext())  # noqa: S314 - our own drawing


def marks(html: str) -> list[str]:
    """Give the shapes of a drawing, without words or style."""
    return re.findall(r'<path class="g-[^>]*>', html)


def test_a_chart_as_a_file_is_the_drawing_of_the_page(app: FastPath):
    page = ask(app, "/fi/indicator/incidence-14d").text
    drawn = marks(ask(app, f"{CHART}.svg").text)

    assert len(drawn) > 3
    assert {*drawn} <= {*marks(page)}


@pytest.mark.parametrize("lang", LANGS)
def test_a_file_says_by_itself_what_it_shows_where_as_known_when_and_that_it_is_an_exercise(
    app: FastPath, lang: str
):
    told = texts(ask(app, f"/chart/{lang}/incidence-14d.svg").text)
    title = {"fi": "Ilmaantuvuus 14 päivässä", "sv": "Incidens", "en": "14-day incidence"}[lang]
    exercise = {"fi": "HARJOITUS", "sv": "ÖVNING", "en": "EXERCISE"}[lang]

    assert all(one in told for one in (title, "2021", exercise, "Pirkanmaa" if lang == "fi" else ""))


def test_a_file_is_as_known_at_the_instant_asked(app: FastPath):
    now, then = (ask(app, f"{CHART}.svg{query}") for query in ("", f"?{REWOUND}"))

    assert "18.3.2021" in texts(then.text)
    assert marks(now.text) != marks(then.text)
    assert now.headers["etag"] != then.headers["etag"]


def test_a_drawing_opened_by_itself_may_wear_its_own_style_and_nothing_else(app: FastPath):
    answer = ask(app, f"{CHART}.svg")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]

    assert f"style-src 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(("kind", "media_type"), [("svg", "image/svg+xml"), ("png", "image/png")])
def test_a_file_has_a_type_a_name_a_tag_and_the_safe_headers(app: FastPath, kind: str, media_type: str):
    answer = ask(app, f"{CHART}.{kind}?area=853")
    named = f'inline; filename="incidence-14d-municipality-853-2021-03-20-fi.{kind}"'

    assert (200, media_type) == (answer.status_code, answer.headers["content-type"])
    assert named == answer.headers["content-disposition"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    again = ask(app, f"{CHART}.{kind}?area=853", if_none_match=answer.headers["etag"])
    assert 304 == again.status_code


def test_an_image_has_two_dots_a_pixel(app: FastPath):
    svg = ET.fromstring(ask(app, f"{CHART}.svg").text)  # noqa: S314 - our own drawing
    size = [2 * float(one) for one in svg.attrib["viewBox"].split()[2:]]
    image = ask(app, f"{CHART}.png").content

    assert size == pytest.approx(struct.unpack(">II", image[16:24]), abs=2)


@pytest.mark.parametrize("path", ["/chart/fi/nothing.svg", "/chart/fi/nothing.png", "/chart/xx/cases.svg"])
def test_a_chart_of_what_is_not_there_is_not_found(app: FastPath, path: str):
    assert 404 == ask(app, path).status_code


def test_a_chart_without_figures_is_not_found(empty: FastPath):
    assert 404 == ask(empty, f"{CHART}.svg").status_code


@pytest.mark.parametrize("path", [f"{CHART}.png", "/brief/fi.pdf", "/brief/fi.png"])
def test_without_the_extra_the_page_says_what_to_install(
    empty: FastPath, app: FastPath, monkeypatch: pytest.MonkeyPatch, path: str
):
    """The package is hidden as if it were not installed; the rest of the site goes on."""
    monkeypatch.setitem(sys.modules, "typst", None)
    typesetting.typesetter.cache_clear()
    answer = ask(empty if path.startswith("/brief") else app, f"{path}?as_of=2021-03-19")
    typesetting.typesetter.cache_clear()

    assert 503 == answer.status_code
    assert INSTALL in tree(answer.text).text
    assert 200 == ask(app, f"{CHART}.svg").status_code
