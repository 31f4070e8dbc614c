"""The kitchen: recipes shown, checked and proved against the samples they carry."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from tilannekuva.config import text_of
from tilannekuva.domain.calendar import helsinki_date, instant, stamp
from tilannekuva.domain.decisions import Cell, Decision, flat
from tilannekuva.errors import BadInput, TilannekuvaError, UnknownSource
from tilannekuva.flows.asking import plain
from tilannekuva.flows.child import limited
from tilannekuva.flows.guard import objection
from tilannekuva.flows.reading import Understood, understand
from tilannekuva.flows.workspace import texts_in
from tilannekuva.sources import recipe as recipes

_UNSAID = {"source", "status", "known_at"}  # of a decision: what no answer says
_OFTEN = 17  # columns of decisions that are written also where nobody fills them
_COLUMNS = ("indicator", "area", "reference_date", "freq", "stratum", "value", "status")


def shown(folder: Path, name: str | None) -> str:
    """Give the list of recipes, or one recipe's text."""
    texts = {one: text for (kind, one), text in texts_in(folder).items() if kind == "recipe"}
    if name is None:
        return "\n".join(f"{one}: {recipes.recipe(text, one).title.en}" for one, text in texts.items())
    if name not in texts:
        raise UnknownSource(f"no recipe '{name}'; there are {', '.join(texts)}")
    return texts[name].rstrip()


def checked(file: Path) -> None:
    """Raise BadDefinition when a recipe file holds a mistake."""
    found = recipes.recipe(text_of(file), file.name)
    if found.id != file.stem:
        raise BadInput(f"{file.name} has the id '{found.id}'; name the file {found.id}.toml")


def tested(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each recipe's name and the first difference to its expected rows; empty = none."""
    own = folder / "recipes"
    texts = recipes.texts(own)
    for name in names or texts:
        if name not in texts:
            raise UnknownSource(f"no recipe '{name}'; there are {', '.join(texts)}")
        one = recipes.recipe(texts[name], f"{name}.toml")
        sample = recipes.sample(one, own)
        if sample is None:
            yield (
                name,
                f"has no sample; add {name}.sample.* and {name}.expected.csv beside it",
            )
            continue
        pages, expected = sample
        yield name, _difference(one, pages, expected, own)


def grounds(recipe: recipes.Recipe, own: Path | None = None) -> tuple[recipes.Ground, ...]:
    """Give the samples by which the shapes of a recipe's sample come to areas."""
    texts = recipes.texts(own) if recipe.grounds else {}
    found = [recipes.recipe(texts[name], f"{name}.toml") for name in recipe.grounds if name in texts]
    samples = [(one, recipes.sample(one, own)) for one in found]
    return tuple(recipes.Ground(one, sample[0]) for one, sample in samples if sample)


def _difference(recipe: recipes.Recipe, pages: Sequence[bytes], expected: str, own: Path) -> str:
    landed_at = instant(recipe.sample_landed_at)
    try:
        understood = limited(understand, recipe, pages, landed_at, grounds=grounds(recipe, own))
    except TilannekuvaError as error:
        return f"the sample is not understood: {error}"
    # Boundaries of the whole country are too many for a sample: a few areas will do.
    against = "" if recipe.boundaries else objection(recipe, understood, {}, helsinki_date(landed_at))
    if against:
        return f"the guard objects to the sample: {against}"
    wanted, got = _by_key(expected), _by_key(_table(understood))
    for key in sorted(wanted.keys() | got.keys()):
        if wanted.get(key) != got.get(key):
            return f"{key}: expected {wanted.get(key, 'no such row')}, got {got.get(key, 'no such row')}"
    return ""


def _by_key(text: str) -> dict[str, str]:
    """Give what rows say (value,status) by what they speak of."""
    parts = (line.rsplit(",", 2) for line in text.splitlines())
    return {key: ",".join(said) for key, *said in parts}


def written(recipe: recipes.Recipe, pages: Sequence[bytes]) -> str:
    """Give the rows of a sample as the text of its expected.csv."""
    landed_at = instant(recipe.sample_landed_at)
    return _table(limited(understand, recipe, pages, landed_at, grounds=grounds(recipe)))


def _table(understood: Understood) -> str:
    """Write facts, then decisions, each below its header; of what an answer does not tell not even that."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_COLUMNS] if understood.facts or not understood.decisions else [])
    for fact in sorted(understood.facts):
        writer.writerow(
            [*fact[:2], fact.reference_date.isoformat(), *fact[3:5], plain(fact.value), fact.status]
        )
    writer.writerows(_decisions(understood.decisions))
    return out.getvalue()


def _decisions(found: Sequence[Decision]) -> Iterator[list[Cell]]:
    """Yield the heading and the rows of decisions, without what none of them tells."""
    told = [
        {name: cell for name, cell in flat(one).items() if name not in _UNSAID}
        for one in sorted(found, key=lambda one: one.key)
    ]
    said = {name for row in told for name, cell in row.items() if cell not in (None, "", "public")}
    names = [name for at, name in enumerate(told[0] if told else ()) if at < _OFTEN or name in said]
    yield from [list[Cell](names)] if told else []
    for row in told:
        yield [stamp(cell) if isinstance(cell := row[name], datetime) else cell for name in names]
