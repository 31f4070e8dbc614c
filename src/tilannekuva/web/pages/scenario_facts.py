"""What a projection rests on, in words: what is known, the measures counted, what is assumed."""

from collections.abc import Iterator
from dataclasses import dataclass

from tilannekuva.domain.areas import register
from tilannekuva.domain.measures import measure
from tilannekuva.domain.scenarios import Assumptions, Projection
from tilannekuva.web.language import Language
from tilannekuva.web.pages.frame import View


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a projection rests on: what, and how much; `href` leads to where it is told."""

    what: str
    value: str
    href: str = ""


def bed_words(language: Language) -> tuple[str, str]:
    """Give the words for the two kinds of beds."""
    return language.text("On wards"), language.text("In intensive care")


def known(view: View, made: Projection) -> Iterator[Fact]:
    """Say where the epidemic stands."""
    language, told = view.language, made.known
    name = register().area(told.area).name(language.code)
    number = [language.number(one, 2) for one in told.number]
    people = language.plural(
        "{number} inhabitant", "{number} inhabitants", told.people, number=language.number(told.people)
    )
    yield Fact(language.text("Area"), f"{name}, {people}")
    yield Fact(language.text("Newest settled day"), language.day(told.origin))
    yield Fact(language.text("Cases a day then"), language.number(round(told.cases)))
    yield Fact(language.text("Reproduction number then"), f"{number[1]} ({number[0]}–{number[2]})")
    share = language.percent(language.number(round(100 * told.susceptible)))
    yield Fact(language.text("Can still be infected"), share)
    for words, scale in zip(bed_words(language), told.beds_by, strict=True):
        need = language.text("no patients are told: as assumed by age")
        if scale is not None:
            times = language.number(scale, 2)
            need = language.text("the need by age times {scale}, as the patients known say", scale=times)
        yield Fact(words, need)
    ages = (
        language.text("the area's own share of old people")
        if told.own_ages
        else language.text("as in the whole country")
    )
    yield Fact(language.text("Ages"), ages)


def measures(view: View, made: Projection) -> Iterator[Fact]:
    """Give the decisions in force that are counted, each with its measure."""
    code = view.language.code
    decided = {one.name: one for one in view.picture.decisions}
    for name, of, strength in made.known.decided:
        if name in decided:
            words = f"{measure(of, code)} ({of} {strength})"
            yield Fact(words, decided[name].title(code), view.url("decision", name=name))


def assumed(view: View, one: Assumptions) -> Iterator[Fact]:
    """Say what is assumed of it."""
    language, disease = view.language, one.disease
    yield Fact(language.text("Model"), one.title.in_(language.code))
    days = {
        language.text("Until one infects"): disease.latent,
        language.text("Infectious"): disease.infectious,
        language.text("Stay on a ward"): disease.ward,
        language.text("Stay in intensive care"): disease.icu,
        language.text("From infection to the sample"): disease.delay,
    }
    for words, value in days.items():
        yield Fact(words, language.plural("{n} day", "{n} days", round(value)))
    shares = {
        language.text("Infections found as cases"): disease.found,
        language.text("Season, above the mean"): disease.season,
        language.text("Protection by full vaccination"): one.vaccine.effect,
    }
    for words, value in shares.items():
        yield Fact(words, language.percent(language.number(round(100 * value))))
