"""Memory: what was made of the same is not made anew, what was made of anything else is."""

import numpy as np
import pytest

from tilannekuva.models.memory import Memory, chained, digest

ROW = np.array([1.0, 2.0, np.nan])


@pytest.mark.parametrize(
    "other",
    [
        (ROW + 1, "a", 12, 3),
        (ROW[None], "a", 12, 3),
        (ROW.astype(np.float32), "a", 12, 3),
        (ROW, "b", 12, 3),
        (ROW, "a", 1, 23),
        (ROW, "a", 12),
    ],
)
def test_only_the_same_arrays_texts_and_numbers_have_the_same_digest(other: tuple[object, ...]):
    assert digest(ROW, "a", 12, 3) == digest(ROW.copy(), "a", 12, 3) != digest(*other)


def test_what_was_made_is_recalled_and_the_one_longest_unused_forgotten():
    memory, made = Memory(2), list[str]()
    for key in "abacab":
        memory.recalled(key, lambda key=key: made.append(key))

    assert made == ["a", "b", "c", "b"]


def followed(memory: Memory, steps: str, taken: list[str]) -> str:
    def step(state: str, nth: int) -> str:
        taken.append(steps[nth])
        return state + steps[nth]

    return memory.resumed(chained("begun", steps), lambda: "-", step, ago=(0, 2))


@pytest.mark.parametrize(
    ("later", "taken"), [("abcdef", "f"), ("abcde", ""), ("abcxyz", "xyz"), ("axcde", "axcde"), ("abc", "")]
)
def test_steps_go_on_from_the_last_one_before_which_all_is_the_same(later: str, taken: str):
    memory, steps = Memory(), list[str]()
    followed(memory, "abcde", [])

    assert followed(memory, later, steps) == "-" + later
    assert "".join(steps) == taken
