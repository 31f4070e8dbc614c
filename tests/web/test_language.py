"""Laws of language: all is said in Finnish, Swedish and English, and written as each is written."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from shown import ERRORS, LANGS, ask, tree

import tilannekuva.web
from tilannekuva.domain.areas import register
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web.app import FastPath
from tilannekuva.web.language import language

WEB = Path(tilannekuva.web.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "text": None, "plural": (1, 2)}
PLACEHOLDER = re.compile(r"\{\w+\}")
TRANSLATED = ("fi", "sv")
SHORT = 3  # letters of words that may be alike by chance
# Words that are the same in English and Swedish, or names of formats.
SHARED = {"normal", "Period", "Scenario", "Status", "under {limit}"}


def said() -> set[tuple[str, ...]]:
    """Give the texts of templates and Python, singular and plural."""
    found = extract_from_dir(WEB, METHODS, keywords=KEYWORDS)
    return {(one,) if isinstance(one, str) else tuple(one) for _, _, one, _, _ in found}


def catalogue(lang: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    def forms(text: object) -> tuple[str, ...]:
        return (text,) if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]

    messages = read_po(BytesIO((WEB / "locale" / f"{lang}.po").read_bytes()), locale=lang)
    return {forms(one.id): forms(one.string) for one in messages if one.id}


def test_the_extraction_finds_texts_of_templates_and_of_python():
    texts = said()

    assert ("Skip to the content",) in texts
    assert ("All sources are fresh.",) in texts
    assert ("yesterday", "{n} days ago") in texts


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_text_is_translated_and_no_translation_is_left_over(lang: str):
    texts = catalogue(lang)

    assert said() - texts.keys() == set()
    assert texts.keys() - said() == set()
    assert [one for one, forms in texts.items() if not all(forms)] == []


@pytest.mark.parametrize("lang", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_text(lang: str):
    for text, forms in catalogue(lang).items():
        expected = {*PLACEHOLDER.findall(text[-1])}
        assert {*PLACEHOLDER.findall(forms[-1])} == expected, text
        assert {*PLACEHOLDER.findall(forms[0])} <= expected, text


@pytest.mark.parametrize("lang", TRANSLATED)
def test_a_translation_ends_as_its_text_does(lang: str):
    """A full stop or a colon that one language lacks shows as a fault on the page."""
    marks = {text: forms for text, forms in catalogue(lang).items() if text[-1][-1:] in ".:?"}

    assert [text for text, forms in marks.items() if forms[-1][-1] != text[-1][-1]] == []


def test_no_two_languages_say_the_same_but_for_the_words_they_share():
    finnish, swedish = catalogue("fi"), catalogue("sv")
    worded = [one for one in finnish if re.search("[a-z]{4}", PLACEHOLDER.sub("", one[0]))]

    assert [one for one in worded if finnish[one] == one] == []
    assert {one[0] for one in worded if swedish[one] == one} <= SHARED
    assert [one for one in worded if finnish[one] == swedish[one]] == []


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "fi", "sv", "en"),
    [
        (1234567, 0, False, "1 234 567", "1 234 567", "1 234 567"),
        (267.64, 1, False, "267,6", "267,6", "267,6"),
        (-6.4, 1, False, "−6,4", "−6,4", "-6,4"),
        (6.4, 1, True, "+6,4", "+6,4", "+6,4"),
        (-10950, 0, True, "−10 950", "−10 950", "-10 950"),
        (0, 0, True, "0", "0", "0"),
        (-0.04, 1, True, "0,0", "0,0", "0,0"),
        (0.04, 1, True, "0,0", "0,0", "0,0"),
    ],
)
def test_numbers_are_written_as_in_finland(
    value: float, decimals: int, *, signed: bool, fi: str, sv: str, en: str
):
    """Thousands stand apart by a space that does not break."""
    got = [language(lang).number(value, decimals, signed=signed) for lang in LANGS]

    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in got] == [fi, sv, en]
    assert not [one for one in got if " " in one]


@pytest.mark.parametrize(
    ("lang", "written"), [("fi", "5,1\N{NO-BREAK SPACE}%"), ("sv", "5,1\N{NO-BREAK SPACE}%"), ("en", "5,1%")]
)
def test_the_per_cent_sign_stands_apart_in_finnish_and_swedish(lang: str, written: str):
    assert language(lang).percent(language(lang).number(5.1, 1)) == written


@pytest.mark.parametrize(
    ("lang", "day", "short", "month", "instant", "brief"),
    [
        ("fi", "3.1.2021", "3.1.", "tammi 2021", "3.1.2021 klo 9.05", "3.1. klo 9.05"),
        ("sv", "3.1.2021", "3.1", "jan. 2021", "3.1.2021 kl. 9.05", "3.1 kl. 9.05"),
        ("en", "3 Jan 2021", "3 Jan", "Jan 2021", "3 Jan 2021 at 9:05", "3 Jan at 9:05"),
    ],
)
def test_days_and_instants_are_written_on_helsinkis_clock(
    lang: str, day: str, short: str, month: str, instant: str, brief: str
):
    words, on, at = language(lang), date(2021, 1, 3), datetime(2021, 1, 3, 7, 5, tzinfo=UTC)

    assert (words.day(on), words.short_day(on), words.month(on)) == (day, short, month)
    assert (words.instant(at), words.instant(at, short=True)) == (instant, brief)


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("fi", ["tänään", "eilen", "2 päivää sitten"]),
        ("sv", ["i dag", "i går", "för 2 dagar sedan"]),
        ("en", ["today", "yesterday", "2 days ago"]),
    ],
)
def test_days_that_have_passed_are_told_as_people_tell_them(lang: str, expected: list[str]):
    assert [language(lang).ago(days) for days in (0, 1, 2)] == expected


@pytest.mark.parametrize(
    ("lang", "one", "two"),
    [
        ("fi", "1 mittari vaatii toimia.", "2 mittaria vaatii toimia."),
        ("sv", "1 indikator kräver åtgärder.", "2 indikatorer kräver åtgärder."),
        ("en", "1 indicator calls for action.", "2 indicators call for action."),
    ],
)
def test_one_and_many_are_told_apart(lang: str, one: str, two: str):
    forms = ("{n} indicator calls for action.", "{n} indicators call for action.")

    assert [language(lang).plural(*forms, n) for n in (1, 2)] == [one, two]


def test_indicators_and_sources_are_described_in_each_language_of_its_own(city_workspace: Workspace):
    indicators = city_workspace.catalogue().indicators.values()
    texts = [text for one in indicators for text in (one.title, one.short, one.explanation, one.caveats)]
    texts += [text for one in city_workspace.recipes().values() for text in (one.title, one.about)]

    for text in texts:
        fi, sv, en = (text.in_(lang) for lang in LANGS)
        assert fi, text
        assert len({fi, sv, en}) == 3, text


@pytest.mark.parametrize("lang", TRANSLATED)
@pytest.mark.parametrize("path", [path for path, _ in ERRORS.values()])
def test_no_english_text_stands_on_a_finnish_or_swedish_error(app: FastPath, lang: str, path: str):
    """Pages are held to more by test_untranslated.py."""
    english = [re.compile(pattern) for pattern in patterns(lang)]
    shown = {*tree(ask(app, f"/{lang}/{path}").text).texts(lang)}

    assert len(shown) > 2
    assert [text for text in sorted(shown) if any(one.fullmatch(text) for one in english)] == []


def patterns(lang: str) -> Iterator[str]:
    """Give patterns of the English texts that a language says otherwise."""
    for text, forms in catalogue(lang).items():
        for english in text:
            if (
                len(english) > SHORT
                and english not in forms
                and re.search("[A-Za-z]{4}", PLACEHOLDER.sub("", english))
            ):
                yield PLACEHOLDER.sub(".+", re.escape(english).replace(r"\{", "{").replace(r"\}", "}"))


@pytest.mark.parametrize("lang", LANGS)
def test_a_page_names_areas_in_its_own_language(app: FastPath, lang: str):
    words = " ".join(tree(ask(app, f"/{lang}/indicator/incidence-14d").text).texts(lang))
    others = {"fi": "Birkaland", "sv": "Pirkanmaa", "en": "Birkaland"}

    assert register().area("hospital-district:06").name(lang) in words
    assert others[lang] not in words


@pytest.mark.parametrize(
    ("lang", "week"), [("fi", "viikko 53/2020"), ("sv", "vecka 53/2020"), ("en", "week 53/2020")]
)
def test_a_week_is_written_by_its_number_and_a_day_as_a_day(lang: str, week: str):
    """Also the week that lies in two years."""
    monday = date(2020, 12, 28)

    assert week == language(lang).period(monday, "week")
    assert language(lang).day(monday) == language(lang).period(monday, "day")


@pytest.mark.parametrize(
    ("lang", "month"), [("fi", "maaliskuu 2021"), ("sv", "mars 2021"), ("en", "March 2021")]
)
def test_a_month_and_a_year_are_written_by_their_names(lang: str, month: str):
    first = date(2021, 3, 1)

    assert month == language(lang).period(first, "month")
    assert language(lang).period(first, "year") == "2021"
