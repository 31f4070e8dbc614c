"""Laws of hostile labels: whatever a source, a title or a message says, it stays a text.

20,000 labels, no two alike, go through every template and twin; each carries a number of its own, so that
where the number stands the whole label must stand.
"""

import csv
import io
import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from drawn import forbidden, is_inside_sheet
from relabelled import relabelled_site
from shown import LANGS, NOW, PAGES, Element, ask, tree, twin

from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath, application

PIECES = [
    '"><script>hit()</script>',
    "' onmouseover='hit()' x='",
    "</title></desc></svg></style><img src=x onerror=hit()>",
    "<!-- ]]> --> &amp;&lt;&#0; <![CDATA[",
    "{{ 7 * 7 }}{% for %}{x} {0!r} {limit:d} %s %(n)d ${hit()}",
    "=1+1",
    "+358 40",
    "-2+3",
    "@SUM(A1)",
    "\t=cmd|' /C calc'!A0",
    "\r=1+1",
    "javascript:hit()",
    "مرحبا שלום \u202eabc\u2066",
    "👩‍👩‍👧‍👦🇫🇮🏴\u200d☠️",
    "Z" + "\u0301\u0335\u0489" * 12,
    "Pitkä" * 60,
    "Äyskäri-" * 25,
    "\0\x01\x07\x1b[31m\x7f\x85",
    "\ufeff\u2028\u2029\u200b",
    "a,b;c\n\"d\"\r\n'e'\\",
    '#set page() $x$ *y* _z_ `code` [a](b) @ref // <l> \\"',
    "../../etc/passwd%00?a=b&c=d#e",
]
WORDS = ["tapaukset", "Åbo", "sairaala", "12", "345,6", "%", "yhteensä", "–", "vård", "&", "omsorg"]
NUMBER = re.compile("¤(\\d+)¤")
FORMULA = tuple("=+-@\t\r")
SAFE = ("/", "#", "?", "http://", "https://", "mailto:")
EACH = 12  # labels in one text: so many go through one rendering
SEEDS, WANTED = range(5), 20_000
XML = ("corrections.atom", "chart/{lang}/incidence-14d.svg", "chart/{lang}/cases-weekly.svg")


class Labels:
    """Gives hostile labels, no two alike, and remembers them by their numbers."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - a drawn example
        self._numbers = count(seed * 1_000_000)
        self.given: dict[str, str] = {}

    def __call__(self, _: str) -> str:
        return " ".join(self._one() for _ in range(EACH))

    def _one(self) -> str:
        parts = self._dice.sample(PIECES, self._dice.randint(1, 2)) + self._dice.sample(WORDS, 2)
        if self._dice.random() < 0.4:  # else a hostile piece comes first
            self._dice.shuffle(parts)
        number = str(next(self._numbers))
        self.given[number] = " ".join(parts) + f" ¤{number}¤"
        return self.given[number]


def plain(text: str) -> str:
    """Give a text without blanks, and without what cannot be shown: control characters and their like."""
    return "".join(one for one in text if unicodedata.category(one)[0] not in "CZ" and one != "\ufffd")


def texts(element: Element) -> Iterator[str]:
    """Give all texts of a page and of its attributes, but for a drawing's words, which may be shortened."""
    yield from element.attributes.values()
    yield from (one for one in element.inner if isinstance(one, str) and element.name != "text")
    for one in element.inner:
        if isinstance(one, Element):
            yield from texts(one)


def shape(page: Element) -> set[tuple[str, str]]:
    """Give the kinds of elements and attributes that a page is made of."""
    return {(one.name, name) for one in page.walk() for name in ("", *one.attributes)}


def broken(said: str, given: dict[str, str]) -> list[str]:
    """Give the labels whose number stands in a text that does not hold the whole label."""
    met = plain(said)
    return [given[one] for one in NUMBER.findall(met) if one in given and plain(given[one]) not in met]


@pytest.fixture(scope="module")
def kinds(app: FastPath) -> set[tuple[str, str]]:
    """Give the kinds of elements that pages of well-behaved labels are made of."""
    pages = [tree(ask(app, f"/{lang}/{path}").text) for lang in LANGS for path in PAGES.values()]
    return set[tuple[str, str]]().union(*map(shape, pages))


@pytest.fixture(scope="module", params=SEEDS)
def told(request: pytest.FixtureRequest, city_workspace: Workspace) -> tuple[Labels, FastPath, str]:
    labels = Labels(request.param)
    return labels, application(relabelled_site(city_workspace, NOW, labels)), LANGS[request.param % 3]


def every(app: FastPath, lang: str, ending: Callable[[str], str] = str) -> Iterator[tuple[str, str]]:
    """Give each page, or its twin, with what it answers."""
    for path in PAGES.values():
        address = ending(f"/{lang}/{path}")
        answer = ask(app, address)
        assert answer.status_code == 200, address
        yield address, answer.content.decode()


def test_a_page_is_made_of_the_same_elements_and_holds_each_label_whole(
    told: tuple[Labels, FastPath, str], kinds: set[tuple[str, str]]
):
    labels, app, lang = told
    for path, html in every(app, lang):
        page = tree(html)
        links = [
            one.attributes[key] for one in page.walk() for key in ("href", "src") if key in one.attributes
        ]

        assert shape(page) - kinds == set(), path
        assert [one for one in links if not one.startswith(SAFE)] == [], path
        assert [one for text in texts(page) for one in broken(text, labels.given)] == [], path


def cells(value: object) -> Iterator[object]:
    """Give all that is told in a JSON answer, however deep."""
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for one in value:
            yield from cells(one)
    else:
        yield value


def test_json_tells_each_label_as_it_is(told: tuple[Labels, FastPath, str]):
    labels, app, lang = told
    for path, text in every(app, lang, lambda path: twin(path, "json")):
        said = [one for one in cells(json.loads(text)) if isinstance(one, str) and NUMBER.search(one)]
        assert [one for one in said if broken(one, labels.given)] == [], path


def test_a_spreadsheet_runs_no_cell_and_counts_with_negative_numbers(told: tuple[Labels, FastPath, str]):
    """A cell that begins as a formula is defused by an apostrophe; a number below zero stays a number."""
    _, app, lang = told
    for path, text in every(app, lang, lambda path: twin(path, "csv")):
        given = [
            [*row.values()] for row in json.loads(ask(app, path.replace(".csv", ".json")).content)["rows"]
        ]
        sheet = [*csv.reader(io.StringIO(text, newline=""))][1:]

        assert [[defused(cell) for cell in row] for row in given] == sheet, path
        assert not [one for row in sheet for one in row if one.startswith(FORMULA) and not is_number(one)]


def defused(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA) else text


def is_number(text: str) -> bool:
    try:
        return bool(float(text) or True)
    except ValueError:
        return False


def test_no_drawing_grows_out_of_its_frame(told: tuple[Labels, FastPath, str]):
    _, app, lang = told
    for path, html in every(app, lang):
        for svg in re.findall(r'<svg[^>]*class="chart.*?</svg>', html, re.DOTALL):
            assert forbidden(svg) == [], path
            assert is_inside_sheet(svg), (path, svg[:200])


def test_so_many_labels_are_met(told: tuple[Labels, FastPath, str]):
    """The pages of all seeds together show as many labels as the laws above claim."""
    labels, app, lang = told
    met = {one for _, html in every(app, lang) for one in NUMBER.findall(html)}

    assert len(met & labels.given.keys()) >= WANTED / len(SEEDS)


@pytest.mark.parametrize("path", XML)
def test_what_other_programs_read_as_xml_is_well_formed(told: tuple[Labels, FastPath, str], path: str):
    """Also where a label holds signs that XML cannot tell."""
    _, app, lang = told
    address = f"/{path.format(lang=lang)}" if "{lang}" in path else f"/{lang}/{path}"
    answer = ask(app, address)

    assert answer.status_code == 200
    assert "script" not in {one.tag.rpartition("}")[2] for one in ET.fromstring(answer.content).iter()}  # noqa: S314


@pytest.mark.browser
def test_no_script_of_a_label_runs_in_a_browser(city_workspace: Workspace, browser: Any):  # noqa: ANN401 - Playwright's, where it is installed
    """Also where no policy of the server stands in its way."""
    labels = Labels(99)
    app = application(relabelled_site(city_workspace, NOW, labels))
    page = browser.new_page()
    page.expose_function("hit", lambda: hits.append(page.url))
    hits: list[str] = []
    page.route("**/*", lambda route: route.fulfill(body=ask(app, urlsplit(route.request.url).path).content))
    for lang in LANGS:
        for path, html in every(app, lang):
            page.set_content(html)
            page.evaluate("() => new Promise(done => setTimeout(done, 20))")
            assert hits == [], path
    page.close()
