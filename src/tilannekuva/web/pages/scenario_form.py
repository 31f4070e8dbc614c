"""The sliders of the scenario page: what is asked of a scenario beyond what its file says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tilannekuva.domain.calendar import helsinki_date
from tilannekuva.domain.scenarios import SETTINGS, Changed, Scenario, Vaccination
from tilannekuva.errors import BadInput
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import View

_AT = timedelta(days=14)  # from today: the day of which a slider tells what the file says
_PARTS: dict[str, int] = dict.fromkeys((*SETTINGS, "chance"), 150) | {"doses": 1000}  # the most


@dataclass(frozen=True, slots=True)
class Slider:
    """What can be moved: its words and unit, its value now and what the scenario's file says."""

    name: str
    label: str
    unit: str
    most: int
    step: int
    value: int
    usual: int


def sliders(view: View, scenario: Scenario, left: dict[str, float]) -> tuple[Slider, ...]:
    """Give the sliders of a scenario, where they stand as asked; raises BadInput."""
    return tuple(_slider(view, name, usual) for name, usual in _usual(view, scenario, left).items())


def changed(view: View, scenario: Scenario, left: dict[str, float]) -> Scenario:
    """Give a scenario as its sliders were moved; itself where none was."""
    usual = _usual(view, scenario, left)
    moved = {name: value for name, value in _asked(view) if value != usual.get(name)}
    doses = moved.pop("doses", None)
    update: dict[str, object] = {}
    if moved:
        shares = Changed.model_validate({name: value / 100 for name, value in moved.items()})
        update["contacts"] = (*scenario.contacts, shares)
    if doses is not None:
        update["vaccination"] = (Vaccination(doses=doses),)
    return scenario.model_copy(update=update) if update else scenario


def _usual(view: View, scenario: Scenario, left: dict[str, float]) -> dict[str, int]:
    """Give in whole per cent what is left of each part, and the doses, some days ahead."""
    today = helsinki_date(view.picture.as_of)
    given = (one.doses for one in scenario.vaccination if one.holds(today + _AT, today))
    return {name: round(100 * share) for name, share in left.items()} | {"doses": round(sum(given))}


def _asked(view: View) -> Iterator[tuple[str, int]]:
    for name, most in _PARTS.items():
        text = view.asked(name)
        if text:
            if not text.isdecimal() or int(text) > most:
                raise BadInput(f"{name} is '{text}'; give a whole number from 0 to {most}")
            yield name, int(text)


def _slider(view: View, name: str, usual: int) -> Slider:
    language = view.language
    value = dict(_asked(view)).get(name, usual)
    unit, step = ("", 10) if name == "doses" else ("%", 1)
    return Slider(name, labels(language)[name], unit, _PARTS[name], step, value, usual)


def labels(language: Language) -> dict[str, str]:
    """Give the words for what can be moved."""
    return {
        "home": language.text("Contacts at home"),
        "work": language.text("Contacts at work"),
        "school": language.text("Contacts at school and day care"),
        "other": language.text("Contacts elsewhere"),
        "chance": language.text("Chance that a contact infects"),
        "doses": language.text("Doses of vaccine a day by 100,000 inhabitants"),
    }
