"""The law of HTML answers: one table or one list of things, whole, named as the page names it."""

from typing import Any

import pytest

from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats import webpages
from tilannekuva.sources.wording import AGAIN, CHANGED

TABLE = """<table id="weeks"><thead>
<tr><th rowspan=2>Näytteen<br>päivä&shy;määrä</th><th colspan=2>Tulos</th></tr>
<tr><th>alaraja</th><th>on <sup>1</sup></th></tr></thead>
<tbody><tr><td rowspan=2>1.1.2020<script>hidden</script></td><td>ko<b>rona</b></td>
<td>\u00a0a\n  b<p>c</p></td></tr>
<tr><td colspan=2><a href="/x/1">both</a><!-- hidden --></td></tr></tbody>
<tfoot><tr><td>sum</td><td>1</td><td>2</td></tr></tfoot></table>"""
LIST = """<ul class="menu"><li><a href="/no">not this</a></li></ul><ul class="hits">
<li><a class="title big" href="/fi-FI/content/1/23">One</a> <time datetime="2020-03-16">16.3.</time>
<span class="title">second</span></li><li>Two</li></ul>"""


def page(inside: str) -> bytes:
    """Give a whole page."""
    return f"<!doctype html><html><head><title>t</title></head><body>{inside}</body></html>".encode()


def read(body: bytes, path: str = "*", **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - of the recipe
    """Read a page as a recipe would."""
    fetch = Fetch(url="https://a.fi", format="html", rows=path, columns={"a": "text"}, **more)
    return list(webpages.rows(body, fetch))


def texts(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave the links out."""
    return [{name: cell for name, cell in row.items() if "@" not in name} for row in rows]


def test_a_table():
    """A cell stands wherever it spans; headers of two lines are joined; hidden texts and sums go."""
    assert [
        {"Näytteen päivämäärä": "1.1.2020", "Tulos alaraja": "korona", "Tulos on 1": "a b c"},
        {"Näytteen päivämäärä": "1.1.2020", "Tulos alaraja": "both", "Tulos on 1": "both"},
    ] == texts(read(page(TABLE)))


def test_a_link_in_a_table():
    """The first link of a cell stands beside it, as written on the page."""
    first, second = read(page(TABLE), "//table[@id='weeks']")

    assert (None, "/x/1") == (first["Tulos alaraja@href"], second["Tulos alaraja@href"])


def test_a_table_without_a_header():
    """The recipe may name the columns; else the first line does, and an empty heading gets a number."""
    rows = "<table><tr><th>a</th><th></th></tr><tr><td>1</td><td>2</td></tr></table>"

    assert [{"x": "a", "y": ""}, {"x": "1", "y": "2"}] == texts(read(page(rows), header=("x", "y")))
    assert [{"a": "1", "column 2": "2"}] == texts(read(page(rows)))


def test_things_of_a_list():
    """Each gives its text, first link and time, and by class what bears one; of two the first is heard."""
    one, two = read(page(LIST), "//ul[@class='hits']/li")

    assert {"class:title": "One", "class:big": "One", "time": "2020-03-16"}.items() <= one.items()
    assert ("One 16.3. second", "/fi-FI/content/1/23") == (one["text"], one["href"])
    assert {"text": "Two", "href": None, "time": None} == two


def test_an_older_encoding():
    """A page in Latin-1 with an XML declaration is read as the recipe says."""
    body = '<?xml version="1.0" encoding="ISO-8859-1"?>' + page("<p>Hämeenlinna</p>").decode()

    assert "Hämeenlinna" == read(body.encode("latin-1"), "//p", encoding="latin-1")[0]["text"]


NESTED = "<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table>"
REFUSED: dict[str, tuple[bytes, str, str, str]] = {
    "nothing there": (page(TABLE), "//table[@id='days']", "it has table[@id='weeks']", CHANGED),
    "no table at all": (page("<p>Huoltokatko</p>"), "//ul", "has no '//ul'; it has no table", CHANGED),
    "several tables": (page(TABLE + TABLE), "*", "2 tables: say in `rows` which", "meant"),
    "several along the path": (page(TABLE + TABLE), "//table", "leads to 2 tables, not to one", CHANGED),
    "a table in a table": (page(NESTED), "//table[.//table]", "holds another table", CHANGED),
    "a ragged row": (page("<table><tr><th>a<th>b<tr><td>1</table>"), "*", "table has 1 cells where", CHANGED),
    "a header twice": (page("<table><tr><th>a<th>a</table>"), "*", "'a' stands twice", CHANGED),
    "ragged headers": (
        page("<table><thead><tr><th>a<tr><th>b<th>c</thead></table>"), "*", "differ in length", CHANGED,
    ),
    "an empty table": (page("<table></table>"), "*", "the table has no rows", AGAIN),
    "cut in the page": (page(TABLE)[:-8], "*", "breaks off: a <html> is not closed", AGAIN),
    "cut in a fragment": (TABLE.encode()[:-9], "*", "breaks off: a <table> is not closed", AGAIN),
    "JSON": (b'{"a": 1}', "*", "expected HTML, got '{\"a\": 1}'", AGAIN),
    "empty": (b" \n", "*", "the answer is empty", AGAIN),
    "another encoding": (page("ä").decode().encode("latin-1"), "//p", "not UTF-8 at byte", CHANGED),
    "null character": (page("<p>a\0b</p>"), "//p", "null character", AGAIN),
    "200,000 deep": (page("<div>" * 200_000), "//div", "cannot be read to its end: 'Excessive depth", AGAIN),
    "30 MB in one attribute": (page(f"<p id='{'x' * 30_000_000}'>"), "//p", "cannot be read to its", AGAIN),
    "spans without end": (
        page("<table><tr>" + "<td colspan=1000>x" * 40 + "</table>"), "*", "wider than 1000", AGAIN,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "path", "said", "cure"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_such_page_is_refused(body: bytes, path: str, said: str, cure: str):
    """With what differs and what to do."""
    with pytest.raises(NotUnderstood) as caught:
        read(body, path)

    assert said in str(caught.value)
    assert str(caught.value).endswith(cure)


@pytest.mark.parametrize(
    ("path", "said"),
    [("//table[", "is no XPath"), ("my:own(//a)", "is no XPath"), ("document('/etc/passwd')", "is no XPath"),
     ("count(//a)", "texts or numbers"), ("//a/@href", "texts or numbers")],
)  # fmt: skip
def test_a_path_that_is_none_is_the_recipe_s_mistake(path: str, said: str):
    with pytest.raises(BadDefinition, match=said):
        read(page(LIST), path)
