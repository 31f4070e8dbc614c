"""The accessibility statement, as the act on digital services (306/2019) wants it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import Frame, Link, View, frame

STATED_ON = date(2026, 11, 22)  # the day on which the tests named here last told what is stated
_SUPERVISOR = {
    "fi": "https://www.saavutettavuusvaatimukset.fi/",
    "sv": "https://www.tillganglighetskrav.fi/",
    "en": "https://www.webaccessibility.fi/",
}
_ACT = {
    "fi": "https://www.finlex.fi/fi/laki/alkup/2019/20190306",
    "sv": "https://www.finlex.fi/sv/laki/alkup/2019/20190306",
    "en": "https://www.finlex.fi/fi/laki/alkup/2019/20190306",
}
_MAIL, _PHONE = "saavutettavuus@traficom.fi", "029 534 5000"


@dataclass(frozen=True, slots=True)
class AccessibilityPage:
    """The accessibility statement.

    `state` says how far the criteria are met, `tests` what is tested at every change of the program, `limits`
    what is known not to be accessible, `contact` who answers, empty where the settings name nobody.
    """

    frame: Frame
    title: str
    opening: str
    state: tuple[str, ...]
    tests: tuple[str, ...]
    limits: tuple[str, ...]
    contact: str
    supervisor: Link
    act: Link
    mail: str
    phone: str
    stated: str


def accessibility_page(view: View) -> AccessibilityPage:
    """Make the page."""
    language = view.language
    return AccessibilityPage(
        frame=frame(view),
        title=language.text("Accessibility statement"),
        opening=language.text(
            "This statement is about the situational picture “{title}”. Whoever runs the picture is "
            "responsible for it.",
            title=view.picture.title,
        ),
        state=_state(language),
        tests=_tests(language),
        limits=_limits(language),
        contact=view.reader.settings.contact,
        supervisor=Link(
            _SUPERVISOR[language.code].removeprefix("https://").strip("/"), _SUPERVISOR[language.code]
        ),
        act=Link(language.text("Act on the Provision of Digital Services (306/2019)"), _ACT[language.code]),
        mail=_MAIL,
        phone=_PHONE,
        stated=language.text("This statement was made on {day}.", day=language.day(STATED_ON)),
    )


def _state(language: Language) -> tuple[str, ...]:
    return (
        language.text(
            "The picture meets the criteria of WCAG 2.1, levels A and AA, in part: the exceptions are "
            "named below."
        ),
        language.text(
            "It has been assessed by its makers, with tests that run at every change. Nobody outside has "
            "assessed it yet."
        ),
    )


def _tests(language: Language) -> tuple[str, ...]:
    return (
        language.text(
            "Every page is searched for faults with axe, in Finnish, Swedish and English, in light and "
            "dark colours."
        ),
        language.text(
            "Every page is walked through with the keyboard alone: each link and button is reached, and "
            "the focus is seen."
        ),
        language.text(
            "Every page is read at a width of 360 pixels and enlarged to 400 per cent, without scrolling "
            "sideways."
        ),
        language.text("Every page is read without scripts: the same figures and texts are there."),
        language.text("Every chart has a sentence that says what it shows, and a table of its values."),
        language.text("Levels are told by shape and word, never by colour alone."),
        language.text("The page tells of the situation also in plain language."),
    )


def _limits(language: Language) -> tuple[str, ...]:
    return (
        language.text("It has not been tested with screen readers, nor with people who use them."),
        language.text(
            "Messages about what is wrong with a source's answer are in English; they are marked as English."
        ),
        language.text(
            "Titles of decisions are in the language in which they were decided; the language is marked "
            "where it is known."
        ),
        language.text("Files with data are for programs and have no other form than a table."),
        language.text(
            "Base maps and layers of others, where they are in use, have no text of their own; the table "
            "beside the map has the figures."
        ),
    )


def rows(view: View) -> list[dict[str, Any]]:
    """Give the statement as data."""
    page = accessibility_page(view)
    said = (("state", page.state), ("test", page.tests), ("limit", page.limits))
    return [{"part": part, "text": text} for part, texts in said for text in texts]
