"""Laws found by a crawler: every number on every page is that of its data, every link leads somewhere."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from shown import LANGS, PAGES, Element, ask, rows, tree, twin

from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.rules import PAGE_RULES
from tilannekuva.web.urls import PATHS

ADDRESSES = [f"/{lang}/{path}" for lang in LANGS for path in PAGES.values()]
FEW = 2  # addresses of one kind that are followed: there are hundreds of areas, thousands of traces
ALWAYS = {"as_of", "area", "wall"}  # asked of every page alike: no kinds of their own
NUMBER = re.compile(r"[−+-]?\d[\d\s]*(?:,\d+)?")
ATTRIBUTES = ("href", "src", "action")


def figures(page: Element) -> list[tuple[str, str, str]]:
    """Give what each number of a page is of, its plain value and how it is written."""
    shown = [one for one in page.find("data") if "data-of" in one.attributes]
    return [(one.attributes["data-of"], one.attributes["value"], one.text) for one in shown]


def told(app: FastPath, address: str, decimals: dict[str, int]) -> set[tuple[str, str]]:
    """Give what a page's JSON twin says each value is, rounded as it is shown."""
    found = set()
    for row in rows(app, address):
        if {"indicator", "area", "reference_date"} <= row.keys():
            of = f"{row['indicator']} {row['area']} {row['reference_date']}"
            found.add((of, rounded(row.get("value"), decimals.get(row["indicator"], 0))))
    return found


def rounded(value: float | None, decimals: int) -> str:
    if value is None:
        return ""
    short = round(value, decimals)
    return str(int(short) if short == int(short) else short)


@pytest.fixture(scope="module")
def decimals(city_workspace: Workspace) -> dict[str, int]:
    return {one.id: one.decimals for one in city_workspace.catalogue().indicators.values()}


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_number_of_a_page_is_that_of_its_data(app: FastPath, decimals: dict[str, int], address: str):
    """Of the same indicator, area and day, rounded the same way."""
    shown = {(of, value) for of, value, _ in figures(tree(ask(app, address).text))}

    assert shown - told(app, address, decimals) == set()


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_number_is_written_as_its_value_is(app: FastPath, address: str):
    """Where there is none, a word says why."""
    for of, value, text in figures(tree(ask(app, address).text)):
        found = NUMBER.search(text)
        if value:
            assert found, (of, text)
            plain = re.sub(r"\s", "", found[0]).replace(",", ".").replace("−", "-")
            assert float(plain) == float(value), of
        else:
            assert not found, (of, text)


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_two_twins_of_every_page_say_the_same(app: FastPath, address: str):
    sheet = [*csv.reader(io.StringIO(ask(app, twin(address, "csv")).text, newline=""))]
    given = rows(app, address)
    cells = [["" if cell is None else str(cell) for cell in row.values()] for row in given]

    assert len({tuple(row) for row in given}) <= 1, "all rows have the same columns"
    assert sheet[1:] == [[f"'{cell}" if defused(cell) else cell for cell in row] for row in cells]
    assert sheet[0] == [*given[0]] if given else sheet in ([], [[]])


def defused(cell: str) -> bool:
    return cell[:1] in tuple("=+-@\t\r") and not NUMBER.fullmatch(cell.replace(".", ","))


def test_pages_show_numbers_at_all(app: FastPath):
    """The laws above are of something: these pages show many numbers."""
    for path in ("", "area", "indicator/incidence-14d", "map"):
        assert len(figures(tree(ask(app, f"/fi/{path}").text))) > 7, path


def links(page: Element, address: str) -> Iterator[str]:
    """Give the addresses of our own that a page leads to or needs; forms lead where their action says."""
    for one in page.walk():
        for name in ATTRIBUTES:
            found = urljoin(f"http://site{address}", one.attributes.get(name, "#"))
            if found.startswith("http://site/"):
                yield found.removeprefix("http://site")


def kind(address: str) -> tuple[object, ...]:
    """Say of which kind an address is: its path without names of things, and what it asks."""
    parts = urlsplit(address)
    where = re.sub(r"/(indicator|trace|raw|table/..|chart/..)/[^.]+", r"/\1/…", parts.path)
    return where, *sorted({name for name, _ in parse_qsl(parts.query)} - ALWAYS)


def crawled(app: FastPath, first: str) -> dict[str, tuple[int, Element | None, str]]:
    """Follow links, few of each kind; give status and tree of each address, and which page leads there."""
    met: dict[str, tuple[int, Element | None, str]] = {}
    kinds: Counter[tuple[object, ...]] = Counter()
    waiting = [(first, "")]
    while waiting:
        address, whence = waiting.pop(0)
        if address in met or kinds[kind(address)] >= FEW:
            continue
        kinds[kind(address)] += 1
        answer = ask(app, address)
        is_page = answer.headers.get("content-type", "").startswith("text/html") and answer.status_code == 200
        page = tree(answer.text) if is_page else None
        met[address] = answer.status_code, page, whence
        if page:
            waiting += [(one.partition("#")[0], address) for one in links(page, address)]
    return met


@pytest.fixture(scope="module")
def web(app: FastPath) -> dict[str, tuple[int, Element | None, str]]:
    """Give all that is reached from the Finnish front page; the others are a link away."""
    return crawled(app, "/fi/")


def test_every_link_leads_somewhere(web: dict[str, tuple[int, Element | None, str]]):
    lost = {address: (status, whence) for address, (status, _, whence) in web.items() if status != 200}

    assert {address: one for address, one in lost.items() if one[0] != 302} == {}
    assert len(web) > 120


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_is_reached_from_the_front_page(
    web: dict[str, tuple[int, Element | None, str]], lang: str
):
    paths = {one.partition("?")[0][4:] for one in web if one.startswith(f"/{lang}/")}
    everybodys = (path for page, (path, _) in PATHS.items() if PAGE_RULES[page] == "look")
    wanted = {re.sub(r"\{id\}", "[a-z0-9-]+", path) for path in everybodys}

    assert [one for one in wanted if not any(re.fullmatch(one, path) for path in paths)] == []


def test_every_link_into_a_page_finds_its_place_there(web: dict[str, tuple[int, Element | None, str]]):
    """A link to a part of a page that is not there leads to its top, and the reader is lost."""
    places = {
        address: {one.attributes["id"] for one in page.walk() if "id" in one.attributes}
        for address, (_, page, _) in web.items()
        if page
    }
    lost = {
        (address, one)
        for address, (_, page, _) in web.items()
        if page
        for one in links(page, address)
        if "#" in one and one.partition("#")[0] in places
        if one.partition("#")[2] not in places[one.partition("#")[0]] | {""}
    }

    assert lost == set()
