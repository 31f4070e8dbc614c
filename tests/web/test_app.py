"""Laws of the site: what every address answers, to whom, and from what was known."""

import asyncio
import csv
import io
import json
import time
from collections.abc import Callable, Hashable
from datetime import timedelta

import pytest
from shown import ERRORS, LANGS, NOW, PAGES, REWOUND, Element, ask, land, tree, twin
from starlette.requests import Request

from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.picture import Picture
from tilannekuva.domain.reports import Report
from tilannekuva.flows.picture import Question
from tilannekuva.flows.reader import Answer, Reader
from tilannekuva.flows.services import services, wire
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import render
from tilannekuva.web.app import FastPath, application
from tilannekuva.web.server import site
from tilannekuva.web.site import Shelf, Site

ADDRESSES = [f"/{lang}/{path}" for lang in LANGS for path in PAGES.values()]
FAULTS = [(lang, path, status) for lang in LANGS for path, status in ERRORS.values()]
HOSTILE = '"><script>alert(1)</script>'
FORBIDDEN = ("unsafe", "http:", "https:", "*", "data:")


def is_own_module(script: Element) -> bool:
    given = script.attributes
    return given.get("type") == "module" and given["src"].startswith("/static/") and not script.inner


def assert_safe(headers: object) -> None:
    policy = headers["content-security-policy"]  # type: ignore[index]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not [word for word in FORBIDDEN if word in policy]
    assert headers["x-content-type-options"] == "nosniff"  # type: ignore[index]
    assert headers["referrer-policy"] == "same-origin"  # type: ignore[index]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_is_there_in_every_language_and_well_formed(app: FastPath, address: str):
    answer = ask(app, address)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    page = tree(answer.text)
    assert [one.attributes["lang"] for one in page.find("html")] == [address[1:3]]
    assert len(page.find("h1")) == 1
    assert not page.find("style")
    assert [one for one in page.find("script") if not is_own_module(one)] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_element_carries_a_style_or_a_script_and_no_id_comes_twice(app: FastPath, address: str):
    elements = [*tree(ask(app, address).text).walk()]
    names = {name for one in elements for name in one.attributes}
    ids = [one.attributes["id"] for one in elements if "id" in one.attributes]

    assert not {name for name in names if name == "style" or name.startswith("on")}
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", path) for path in ADDRESSES[:8]),
        *(("GET", f"/{lang}/{path}") for lang, path, _ in FAULTS),
        ("GET", "/"),
        ("GET", "/static/style.css"),
        ("GET", "/static/nothing.css"),
        ("GET", "/fi/index.json"),
        ("GET", "/fi/indicator/nothing.json"),
        ("GET", "/nowhere"),
        ("POST", "/fi/"),
        ("HEAD", "/fi/sources"),
        ("OPTIONS", "/fi/"),
    ],
)
def test_every_answer_carries_the_strict_policy(app: FastPath, method: str, path: str):
    assert_safe(ask(app, path, method).headers)


def test_a_fault_of_ours_is_a_page_that_says_so_and_nothing_of_its_inside(city_workspace: Workspace):
    class Broken(Reader):
        def picture(self, _: Question) -> Picture:
            raise RuntimeError("secret of the house")

    answer = ask(application(Site(Broken(city_workspace, NOW), Shelf(NOW))), "/sv/")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Något gick fel" in answer.text
    assert_safe(answer.headers)


@pytest.mark.parametrize(("lang", "path", "status"), FAULTS)
def test_what_cannot_be_shown_is_a_page_in_the_language_of_its_address(
    app: FastPath, lang: str, path: str, status: int
):
    answer = ask(app, f"/{lang}/{path}")
    heading = {"fi": "Tätä ei voi näyttää", "sv": "Det här kan inte visas", "en": "This cannot be shown"}

    assert answer.status_code == status
    assert tree(answer.text).find("h1")[0].text == heading[lang]
    assert f'<html lang="{lang}">' in answer.text


@pytest.mark.parametrize(
    "path", ["indicator/nothing.json", "index.json?area=nowhere", "sources.csv?as_of=2099-01-01"]
)
def test_errors_as_data_have_one_shape(app: FastPath, path: str):
    answer = ask(app, f"/en/{path}")
    error = json.loads(answer.content)

    assert error == {"error": {"status": answer.status_code, "message": error["error"]["message"]}}
    assert answer.status_code in (400, 404)


@pytest.mark.parametrize("key", ["area", "as_of", "map", "other"])
def test_hostile_words_in_an_address_come_back_only_as_words(app: FastPath, key: str):
    answer = ask(app, f"/fi/indicator/incidence-14d?{key}={HOSTILE}")

    assert "<script>" not in answer.text.lower()
    assert [one for one in tree(answer.text).find("script") if not is_own_module(one)] == []


def test_hostile_words_stay_whole_in_the_form_that_keeps_them(app: FastPath):
    page = tree(ask(app, f"/fi/indicator/incidence-14d?map={HOSTILE}").text)
    kept = [one.attributes.get("value") for one in page.find("input") if one.attributes["name"] == "map"]

    assert kept == [HOSTILE]


@pytest.mark.parametrize(
    ("asked", "lang"),
    [
        ("sv-FI,sv;q=0.9", "sv"),
        ("en-GB", "en"),
        ("fi", "fi"),
        ("de, sv;q=0.5", "sv"),
        ("de", "fi"),
        ("", "fi"),
    ],
)
def test_the_root_leads_to_the_browsers_language(app: FastPath, asked: str, lang: str):
    answer = ask(app, "/?area=853", accept_language=asked)

    assert (answer.status_code, answer.headers["location"]) == (302, f"/{lang}/?area=853")
    assert answer.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written_over_the_web(app: FastPath, method: str):
    answer = ask(app, "/fi/", method)

    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/fi/", "/sv/sources", "/en/indicator/cases.csv", "/static/style.css"])
def test_packed_and_plain_are_the_same_and_head_tells_their_size(app: FastPath, path: str):
    plain, packed = ask(app, path), ask(app, path, accept_encoding="br, gzip")
    head = ask(app, path, "HEAD", accept_encoding="gzip")

    assert plain.content == packed.content
    assert (plain.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) == len(plain.content)
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert (head.content, head.headers["content-length"]) == (b"", packed.headers["content-length"])


@pytest.mark.parametrize("path", ["/fi/", "/sv/indicator/cases", "/en/sources.json"])
def test_what_has_not_changed_is_not_sent_again(app: FastPath, path: str):
    tag = ask(app, path).headers["etag"]
    answers = [ask(app, path, if_none_match=one) for one in (tag, f"W/{tag}", f'"other", {tag}', '"other"')]

    assert [one.status_code for one in answers] == [304, 304, 304, 200]
    assert answers[0].content == b""
    assert answers[0].headers["etag"] == tag


def test_what_is_fetched_again_must_be_asked_about_and_static_files_never(app: FastPath):
    assert ask(app, "/fi/").headers["cache-control"] == "no-cache"
    assert "immutable" in ask(app, "/static/style.css").headers["cache-control"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", [*PAGES.values(), "nothing"])
def test_every_page_of_an_exercise_says_so(app: FastPath, lang: str, path: str):
    word = {"fi": "HARJOITUS", "sv": "ÖVNING", "en": "EXERCISE"}[lang]
    banner = tree(ask(app, f"/{lang}/{path}").text).find("p", "banner")

    assert [one.find("strong")[0].text for one in banner] == [word]


def test_a_real_picture_claims_no_exercise(empty: FastPath):
    assert not tree(ask(empty, "/fi/").text).find("p", "banner")


@pytest.mark.parametrize("path", ["/fi/", "/fi/indicator/cases", "/fi/sources"])
def test_the_two_twins_of_a_page_say_the_same(app: FastPath, path: str):
    data = json.loads(ask(app, twin(path, "json")).content)["rows"]
    sheet = list(csv.DictReader(io.StringIO(ask(app, twin(path, "csv")).text)))

    assert [[*one] for one in sheet] == [[*one] for one in data]
    assert [[*one.values()] for one in sheet] == [
        ["" if cell is None else str(cell) for cell in one.values()] for one in data
    ]


@pytest.mark.parametrize("path", ["/fi/", "/sv/indicator/cases", "/en/sources"])
def test_every_page_leads_to_its_twins_and_they_are_there(app: FastPath, path: str):
    links = tree(ask(app, path).text).find("p", "data")[0].find("a")

    assert [one.text for one in links] == ["JSON", "CSV"]
    assert [ask(app, one.attributes["href"]).status_code for one in links] == [200, 200]


@pytest.mark.parametrize(
    "path", ["/fi/", f"/sv/?{REWOUND}&area=853", "/en/sources", "/fi/indicator/cases?map=municipality"]
)
def test_every_link_of_a_page_leads_somewhere(app: FastPath, path: str):
    hrefs = {one.attributes["href"] for one in tree(ask(app, path).text).find("a")}
    inside = sorted(one.partition("#")[0] for one in hrefs if one.startswith("/"))

    assert [one for one in inside if ask(app, one).status_code != 200] == []
    assert all(one.startswith(("/", "#main")) for one in hrefs)


def test_switching_language_or_city_keeps_the_day_asked_for(app: FastPath):
    page = tree(ask(app, f"/fi/indicator/cases?{REWOUND}&area=853").text)
    switched = [one.attributes["href"] for nav in page.find("nav")[:2] for one in nav.find("a")]

    assert len(switched) == 6
    assert [one for one in switched if REWOUND not in one] == []


def test_news_in_the_ledger_empties_the_shelf(own: Workspace):
    """An address that has been answered from memory is answered anew within two looks of the ticker."""
    clock = [NOW]
    app = site(own, clock=lambda: clock[0])

    async def tags() -> tuple[bytes, bytes]:
        router = app.app.router  # type: ignore[attr-defined]
        async with router.lifespan_context(app.app):
            first = await asyncio.to_thread(ask, app, "/fi/sources")
            clock[0] = NOW + timedelta(minutes=5)
            await asyncio.to_thread(land, own, "hs-tests", b"nonsense", NOW + timedelta(minutes=4))
            for _ in range(100):
                await asyncio.sleep(0.0 if app.shelf.now == clock[0] else 0.1)
            return first.content, (await asyncio.to_thread(ask, app, "/fi/sources")).content

    before, after = asyncio.run(tags())
    assert before != after


def test_news_that_is_not_for_everybody_moves_nothing_that_everybody_sees(own: Workspace):
    """Staff report a service: their own pages are of the new instant, all others stay byte for byte."""
    clock, staff = [NOW], Viewer("staff", "municipality:837")
    app = site(own, clock=lambda: clock[0])
    known = next(one for one in services(own, NOW) if one.id == "phone-ring")
    report = Report("municipality:837", helsinki_date(NOW), counts={"attempted": 5, "reached": 4}, by="x")

    async def answers() -> list[bytes]:
        asked = [await asyncio.to_thread(ask, app, path) for path in ("/fi/index.json", "/fi/services.csv")]
        return [one.content for one in asked]

    async def told() -> tuple[list[bytes], list[bytes]]:
        async with app.app.router.lifespan_context(app.app):  # type: ignore[attr-defined]
            before = await answers()
            clock[0] = NOW + timedelta(minutes=5)
            body = wire(known, [report])
            await asyncio.to_thread(land, own, known.source, body, NOW + timedelta(minutes=4))
            for _ in range(100):
                await asyncio.sleep(0.1 if app.site.reader.answering(staff).now < clock[0] else 0.0)
            return before, await answers()

    before, after = asyncio.run(told())
    assert (before, app.site.reader.now) == (after, NOW)


def test_a_page_begun_before_the_news_is_not_kept_after_it(city_workspace: Workspace):
    """A slow picture that news overtakes is given to who asked, and made anew for the next."""
    asked = Question(NOW, "municipality:837")

    class Overtaken(Reader):
        def _answer(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
            return super()._answer(key, lambda: (make(), self.clear(NOW + timedelta(minutes=1)))[0])

    reader = Overtaken(city_workspace, NOW)

    assert reader.picture(asked) is not reader.picture(asked)


def test_an_answer_that_news_overtakes_is_given_and_forgotten(city_workspace: Workspace):
    class Overtaken(Reader):
        def picture(self, question: Question) -> Picture:
            made = super().picture(question)
            site.clear(NOW + timedelta(minutes=1))
            return made

    site = Site(Overtaken(city_workspace, NOW), Shelf(NOW))
    answer = ask(application(site), "/fi/plain.json")

    assert (answer.status_code, [*site.shelf.pages]) == (200, [])


def test_who_ask_for_the_same_at_the_same_time_share_one_making(city_workspace: Workspace):
    site, made = Site(Reader(city_workspace, NOW), Shelf(NOW)), []
    request = Request({"type": "http", "raw_path": b"/fi/", "query_string": b"", "headers": []})

    def make() -> render.Body:
        made.append(time.sleep(0.05))
        return render.body(b"once", "text/plain")

    async def crowd() -> None:
        await asyncio.gather(*(site.answer(request, make) for _ in range(20)))

    asyncio.run(crowd())
    assert (len(made), [*site.shelf.pages]) == (1, [(PUBLIC, b"/fi/", b"")])
