"""The law of hostile answers: cut, spoilt or made to harm, an answer is refused or read rightly."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from crafted import hostile
from filling import ELDERLY_FOLDER
from judge import Case, Verdict, judge

from tilannekuva.errors import NotUnderstood
from tilannekuva.flows.child import limited
from tilannekuva.flows.reading import understand
from tilannekuva.sources import recipe as recipes

SECONDS = 30  # as long as the real child may take
BREAKS = 10  # of the reader, in one recipe: more of them mean that it cannot even begin
RECIPES = [
    name for name, text in recipes.texts().items() if recipes.sample(recipes.recipe(text, name)) is not None
]
# What is still believed wrongly, by recipe, and why. Whoever mends a recipe takes its line away.
OPEN: dict[str, tuple[str, ...]] = {}
_context = multiprocessing.get_context("forkserver")


def verdicts(name: str) -> Iterator[Verdict]:
    """Yield a verdict on each spoilt answer of a recipe; one that breaks its reader costs itself alone."""
    begin, breaks, ended = 0, 0, False
    while not ended and breaks < BREAKS:
        ours, theirs = _context.Pipe(duplex=False)
        child = _context.Process(target=judge, args=(theirs, name, begin), daemon=True)
        child.start()
        theirs.close()
        try:
            while not ended and ours.poll(SECONDS):
                found = ours.recv()
                ended = found is None
                if found:
                    begin += 1
                    yield found
        except EOFError:
            pass
        finally:
            child.kill()
            child.join()
            ours.close()
        if not ended:  # crashed or hung: the real child's parent then says that it was not understood
            breaks, begin = breaks + 1, begin + 1
            yield Verdict(f"number {begin}", "refused", f"exit {child.exitcode}")


@pytest.mark.parametrize("name", RECIPES)
def test_no_spoilt_answer_is_believed_wrongly(name: str):
    """Two hundred cuts and sixty mutations: each is refused, or says nothing that the whole does not say.

    A cell that was changed may change what its own row speaks of, and to nothing but what stands there.
    """
    found = [*verdicts(name)]
    wrong = [one for one in found if one.outcome in ("wrong", "broke")]
    outcomes = Counter(one.outcome for one in found)

    assert [one for one in wrong if not one.name.startswith(OPEN.get(name, ("\0",)))] == []
    assert outcomes["refused"] > len(found) / 2
    assert outcomes["ok"] + outcomes["partial"] > 0
    assert sum(one.why.startswith("exit") for one in found) < BREAKS


def sample(name: str) -> bytes:
    """Give the first page of a recipe's sample."""
    own = ELDERLY_FOLDER / "recipes"
    found = recipes.sample(recipes.recipe(recipes.texts(own)[name], name), own)
    assert found
    return found[0][0]


CRAFTED = hostile(sample("services-elderly"))


@pytest.mark.parametrize(("name", "body", "said"), CRAFTED.values(), ids=CRAFTED.keys())
def test_no_crafted_answer_reaches_inside_or_ends_the_reader(name: str, body: bytes, said: str):
    """Bombs and lies are refused within seconds, and no file of ours is told of."""
    case, begun = Case(name), time.monotonic()
    pages = (body, *case.pages[1:])

    try:
        found = limited(understand, case.recipe, pages, case.landed_at, grounds=case.grounds)
        told = case.against(found)
    except NotUnderstood as error:
        told = str(error)

    assert told
    assert said in told
    assert "root:" not in told
    assert time.monotonic() - begun < 20
