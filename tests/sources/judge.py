"""A process that reads spoilt answers one after another and says whether what it read may be believed."""

import re
import resource
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from mutants import BINARY, NUMBER, Mutant, Pages, cuts, mutants

from tilannekuva.domain.calendar import helsinki_date, instant
from tilannekuva.errors import BadDefinition, NotUnderstood
from tilannekuva.flows.child import MEGABYTES
from tilannekuva.flows.guard import objection
from tilannekuva.flows.kitchen import grounds
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.sources import recipe as recipes

SPACED = re.compile(r"\d{1,3}(?: \d{3})+")
OWN = Path(__file__).with_name("elderly") / "recipes"  # recipes that are the tests' own
_ROW = 6  # things that a row speaks of at most, where nothing can be read without it
Said = dict[tuple[Any, ...], tuple[Any, ...]]


class Verdict(NamedTuple):
    """What came of one spoilt answer: `refused`, `partial`, `ok` or `wrong`, and why."""

    name: str
    outcome: str
    why: str = ""


class Case:
    """A recipe, its sample and what that says."""

    def __init__(self, name: str) -> None:
        self.recipe = recipes.recipe(recipes.texts(OWN)[name], name)
        sample = recipes.sample(self.recipe, OWN)
        assert sample
        self.pages = sample[0]
        self.landed_at = instant(self.recipe.sample_landed_at)
        self.grounds = grounds(self.recipe)
        whole = self.read(self.pages)
        assert isinstance(whole, Understood)
        self.said = said(whole)
        self.known = {fact.key: (fact.value, fact.status) for fact in whole.facts}
        self.dropped: dict[Pages, int] = {}
        values = {fact.value for fact in whole.facts} - {None}
        self.is_plain = bool(values) and values <= numbers(self.pages)

    def spoilt(self) -> Iterator[Mutant]:
        """Yield all spoilt answers, each once."""
        fetch, seen = self.recipe.fetch, {self.pages}
        for one in (*cuts(self.pages, fetch), *mutants(self.pages, fetch, self.recipe.id)):
            if one.pages not in seen:
                seen.add(one.pages)
                yield one

    def read(self, pages: Pages) -> Understood | None:
        """Understand an answer, as the limited child does; None when it is refused."""
        try:
            return understand(self.recipe, pages, self.landed_at, grounds=self.grounds)
        except (NotUnderstood, BadDefinition, MemoryError, RecursionError):
            return None

    def judged(self, one: Mutant) -> Verdict:
        """Read a spoilt answer and judge what would be believed of it after the whole."""
        try:
            found = self.read(one.pages)
        except Exception as error:  # noqa: BLE001 - a reader of bytes may break of them: the real child ends then
            broken = self.recipe.fetch.format in BINARY or one.pages[0].startswith(b"PK")
            return Verdict(one.name, "refused" if broken else "broke", repr(error)[:200])
        if found is None or self.is_doubted(found):
            return Verdict(one.name, "refused")
        why = self.wrong(one, found)
        return Verdict(one.name, "wrong" if why else "partial" if found.faults else "ok", why)

    def is_doubted(self, found: Understood) -> bool:
        """Whether the guard objects, to whom the whole answer is known."""
        # A sample holds a few areas where the guard wants those of the whole country.
        return not self.recipe.boundaries and bool(self.against(found))

    def against(self, found: Understood) -> str:
        """Give the guard's objection."""
        return objection(self.recipe, found, self.known, helsinki_date(self.landed_at))

    def wrong(self, one: Mutant, found: Understood) -> str:
        """Say what is believed wrongly; empty when nothing is."""
        told = said(found)
        other = {key: value for key, value in told.items() if not is_same(value, self.said.get(key))}
        values = {value[0] for key, value in other.items() if key[0] != "decision"} - {None}
        if self.is_plain and not values <= numbers(one.pages) | {value[0] for value in self.said.values()}:
            return f"{min(values)} stands nowhere in the answer"
        most = {"same": 0, "row": 2, "any": len(told)}[one.law]  # told of one thing, and no longer of another
        if len(other) > most and one.law == "row":
            most = 2 * self.spoken_of(one)
        if len(other) > most:
            key = min(other, key=str)
            return f"{key}: {told[key]}, the whole says {self.said.get(key)}; {len(other)} of {len(told)}"
        return ""

    def spoken_of(self, one: Mutant) -> int:
        """Count what the row that was spoilt speaks of: what is told otherwise without it."""
        if one.without is None:
            return _ROW
        if one.without not in self.dropped:
            found = self.read(one.without)
            told = said(found) if found else None
            self.dropped[one.without] = (
                _ROW if told is None else sum(told.get(key) != value for key, value in self.said.items())
            )
        return self.dropped[one.without]


def is_same(told: tuple[Any, ...], whole: tuple[Any, ...] | None) -> bool:
    """Whether a fact, or a decision cell by cell, says what the whole says, or that it is missing."""
    if whole is None:
        return False
    if len(told) == len(("value", "status")):
        return told in (whole, (None, "missing"))
    return all(mine in (theirs, None, "") for mine, theirs in zip(told, whole, strict=True))


def numbers(pages: Pages) -> set[float]:
    """Give all numbers that stand in an answer."""
    text = b"\n".join(pages).decode("latin-1").replace("\xc2\xa0", "").replace("\xa0", "")
    return {float(found[0].replace(",", ".")) for found in NUMBER.finditer(text)} | {
        float(found[0].replace(" ", "")) for found in SPACED.finditer(text)
    }


def said(understood: Understood) -> Said:
    """Give facts and decisions by what they speak of."""
    found: Said = {fact.key: (fact.value, fact.status) for fact in understood.facts}
    for one in understood.decisions:
        found["decision", one.id, one.case_number] = tuple(one)
    return found


def judge(pipe: Connection, name: str, begin: int) -> None:
    """Judge the spoilt answers of a recipe from one on and send each verdict; None at the end."""
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    case = Case(name)
    for nth, one in enumerate(case.spoilt()):
        if nth >= begin:
            pipe.send(case.judged(one))
    pipe.send(None)
