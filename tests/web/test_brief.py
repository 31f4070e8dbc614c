"""The brief: the front page on two sheets, number for number; the page of briefs; the published picture."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from shown import LANGS, NOW, REWOUND, ask, land, rows, tree

from tilannekuva.cli import main
from tilannekuva.flows import publish
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.server import site

NUMBER = re.compile(r"\d[\d \N{NO-BREAK SPACE},.:/]*\d|\d")
FIRST_LINES = 12
QUESTIONS = {
    "fi": ("Suunta", "Syy", "Odottaa", "Luotettavuus"),
    "sv": ("Riktning", "Orsak", "Att göra", "Tillförlitlighet"),
    "en": ("Direction", "Reason", "To do", "Reliability"),
}
TEXT = 'title = { fi = "Hoiva" }\ntext = { fi = "Kauppakassien jono on 17 päivää." }\nauthor = "Päällikkö"\n'


def pdf(app: FastPath, lang: str, query: str = "") -> PdfReader:
    """Give a brief to be read."""
    return PdfReader(BytesIO(ask(app, f"/brief/{lang}.pdf{query}").content))


def words(reader: PdfReader) -> str:
    """Give all text of a brief."""
    return "\n".join(page.extract_text() for page in reader.pages)


def numbers(text: str) -> set[str]:
    """Give the numbers of a text, however its lines are broken."""
    return {re.sub(r"\s", "", one).strip(",.:/") for one in NUMBER.findall(re.sub(r"\s+", " ", text))}


def parted(text: str) -> set[str]:
    """Give the runs of digits of a text: the numbers, whatever stands between their parts."""
    return set(re.findall(r"\d+", text))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("query", ["", f"?{REWOUND}", "?area=853"])
def test_every_number_of_the_brief_stands_on_the_page(app: FastPath, lang: str, query: str):
    """The page: the front page, that of the decisions, and that of the brief, which says as known when."""
    page = "".join(tree(ask(app, f"/{lang}/{path}{query}").text).text for path in ("", "decisions", "brief"))
    found = words(pdf(app, lang, query))

    assert 40 < len(parted(found))
    assert set() == parted(found) - parted(page) - {"1", "2"}


@pytest.mark.parametrize("lang", LANGS)
def test_the_values_of_the_tiles_stand_in_the_brief_as_on_the_page(app: FastPath, lang: str):
    page = tree(ask(app, f"/{lang}/").text)
    values = [one.find("data")[0].text for one in page.find("article", "tile")]
    found = re.sub(r"\s", "", words(pdf(app, lang)))

    assert 5 < len(values)
    assert [] == [one for one in values if re.sub(r"\s", "", one) not in found]


@pytest.mark.parametrize("lang", LANGS)
def test_the_first_lines_answer_the_four_questions_in_order(app: FastPath, lang: str):
    lines = words(pdf(app, lang)).splitlines()[:FIRST_LINES]
    where = [next(n for n, line in enumerate(lines) if line.startswith(one)) for one in QUESTIONS[lang]]

    assert sorted(where) == where


@pytest.mark.parametrize("lang", LANGS)
def test_the_brief_is_two_pages_tagged_titled_and_in_its_language(app: FastPath, lang: str):
    reader = pdf(app, lang)
    catalogue = reader.trailer["/Root"]

    assert 2 == len(reader.pages)
    assert lang == catalogue["/Lang"].split("-")[0]
    assert catalogue["/MarkInfo"]["/Marked"]
    place = "Tammerfors" if lang == "sv" else "Tampere"
    assert place in str(reader.metadata and reader.metadata.title)
    assert b"pdfuaid:part" in catalogue["/Metadata"].get_object().get_data()


def tags(one: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any object of a PDF
    """Yield the tags of a brief with the words for those who do not see what is tagged."""
    one = one.get_object() if hasattr(one, "get_object") else one
    if isinstance(one, list):
        for each in one:
            yield from tags(each)
    elif isinstance(one, dict) and "/S" in one:
        yield one["/S"], one.get("/Alt", "")
        yield from tags(one.get("/K", []))


def test_headings_and_tables_are_tagged_and_each_image_has_words(app: FastPath):
    found = list(tags(pdf(app, "fi").trailer["/Root"]["/StructTreeRoot"]["/K"]))
    images = [words for kind, words in found if kind == "/Figure"]

    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L"} <= {kind for kind, _ in found}
    assert len(images) > 2
    assert all(images)


def test_the_same_brief_is_the_same_bytes(app: FastPath, city_workspace: Workspace):
    other = site(city_workspace, clock=lambda: NOW)

    for form in ("pdf", "png", "eml", "html", "txt"):
        assert ask(app, f"/brief/fi.{form}").content == ask(other, f"/brief/fi.{form}").content


def test_every_form_says_that_an_exercise_is_one(app: FastPath):
    assert "HARJOITUS" in words(pdf(app, "fi"))
    for form in ("html", "txt", "eml"):
        assert b"HARJOITUS" in ask(app, f"/brief/fi.{form}").content


def test_the_mail_is_one_file_without_script_or_anything_to_fetch(app: FastPath):
    answer = ask(app, "/brief/sv.html")

    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert [] == tree(answer.text).find("script")
    assert not re.search(r"https?:|src=|href=|url\(", answer.text)


def test_the_draft_holds_the_text_the_same_as_html_and_the_brief(app: FastPath):
    message = email.message_from_bytes(ask(app, "/brief/fi.eml").content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    (attached,) = message.iter_attachments()
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))

    assert ask(app, "/brief/fi.pdf").content == attached.get_content()
    assert text
    assert html
    assert numbers(text.get_content()) == numbers(tree(html.get_content()).text)


def test_an_empty_picture_has_a_brief_too(empty: FastPath):
    reader = pdf(empty, "fi")

    assert 2 == len(reader.pages)
    assert "HARJOITUS" not in words(reader)


def tell(workspace: Workspace, text: str) -> FastPath:
    """Land a sector's text, and give the site a day later."""
    (workspace.folder / "texts").mkdir()
    (workspace.folder / "texts" / "care.toml").write_text(text, encoding="utf-8")
    later = max(one.known_at for one in workspace.ledger.definitions().values()) + timedelta(hours=1)
    with workspace.writing("test"):
        workspace.define(later)
    return site(workspace, clock=lambda: later)


def test_a_sectors_text_stands_on_the_page_and_in_the_brief_marked_where_it_is_of_another_language(
    own: Workspace,
):
    app = tell(own, TEXT)
    (told,) = tree(ask(app, "/sv/brief").text).find("article", "told")

    assert "fi" == told.find("h3")[0].attributes["lang"]
    assert "17 päivää" in told.text
    assert "17 päivää" in words(pdf(app, "sv"))


def test_long_texts_are_set_smaller_and_then_run_on_to_a_third_page(own: Workspace):
    """Nothing is cut off: two pages while they hold it, more where they do not."""
    line = "Tilanne on vakaa. " * 12
    reader = pdf(tell(own, TEXT.replace("17 päivää.", line * 120 + " LOPPU")), "fi")

    assert len(reader.pages) > 2
    assert "LOPPU" in words(reader)


def test_the_page_lists_what_was_published_and_opens_it_as_it_was(own: Workspace):
    app = site(own, clock=lambda: NOW)
    assert [] == rows(app, "/fi/brief")
    made = CliRunner().invoke(main, ["publish", "--workspace", str(own.folder), "--json"])
    assert 0 == made.exit_code
    (row, *_) = rows(app, "/fi/brief")
    page = ask(app, f"/fi/?published={row['picture']}").text

    assert ("publish", "municipality:837") == (row["kind"], row["area"])
    assert row["picture"] in tree(ask(app, "/fi/brief").text).text
    told = tree(page).find("p", "published")[0].text
    assert "sellaisena kuin se julkaistiin" in told
    assert "muuttunut" not in told


def test_a_published_page_shows_the_figures_of_then_and_says_how_many_have_changed(own: Workspace):
    before = site(own, clock=lambda: NOW)
    publish.publish(own, publish.pictures(own, NOW, rewound=False), NOW)
    picture = rows(before, "/fi/brief")[0]["picture"]
    then = [one["value"] for one in rows(before, "/fi/") if one["part"] == "tile"]
    land(own, "hs-tests", b'{"tested": [{"value": 7, "date": "2021-03-15T15:00:00.000Z"}]}', NOW)
    later = site(own, clock=lambda: NOW + timedelta(hours=1))

    assert then == [one["value"] for one in rows(later, f"/fi/?published={picture}") if one["part"] == "tile"]
    differs = tree(ask(later, f"/fi/?published={picture}").text).find("p", "published")[0].text
    assert "muuttunut sen jälkeen" in differs


@pytest.mark.parametrize(
    "path", ["/fi/?published=nothing", "/brief/archive/abc.pdf", "/fi/brief?published=x"]
)
def test_what_was_never_published_is_not_found_and_the_page_says_where_to_look(app: FastPath, path: str):
    answer = ask(app, path)

    assert 404 == answer.status_code
    assert "Katsausten" in answer.text


def test_the_command_writes_a_brief_and_keeps_it(own: Workspace, tmp_path: Path):
    output = tmp_path / "katsaus.pdf"
    words_ = ["brief", "--workspace", str(own.folder), "--as-of", "2021-03-19", "--output", str(output)]
    assert 0 == CliRunner().invoke(main, words_, catch_exceptions=False).exit_code
    newest, picture = publish.publications(own)
    app = site(own, clock=lambda: newest.published_at)

    assert output.read_bytes() == ask(app, f"/brief/archive/{newest.sha256}.pdf").content
    assert ("pdf", "fi", newest.picture) == (newest.kind, newest.lang, picture.picture)


def test_a_form_that_there_is_not_is_refused(own: Workspace):
    result = CliRunner().invoke(main, ["brief", "--workspace", str(own.folder), "--output", "a.doc"])

    assert 2 == result.exit_code
    assert "names no form of a brief" in result.stderr
