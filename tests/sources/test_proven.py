"""Every recorded answer that belongs to a source is read by its recipe."""

from fnmatch import fnmatch
from pathlib import Path

import pytest

import sources

RECIPES = {one.id: one for one in sources.recipes()}
PROVEN = [(one.id, name) for one in RECIPES.values() for name in one.proven_on]
READ = [(source, name) for source, name in PROVEN if not name.startswith(sources.VINTAGES)]


@pytest.mark.recorded
@pytest.mark.parametrize(("source", "name"), READ)
def test_a_recorded_answer_is_believed(recorded: Path, source: str, name: str):
    """The recipe names a recorded answer, so it reads it whole, and the guard has nothing against it."""
    (found,) = (
        sources.said(one, body, at)
        for one, file, body, at in sources.answers(recorded)
        if (one.id, file) == (source, name)
    )

    assert not isinstance(found, str), found
    assert found.n_rows


@pytest.mark.recorded
def test_every_recorded_file_is_read_or_said_to_be_no_answer(recorded: Path):
    names = {str(file.relative_to(recorded)) for file in recorded.rglob("*") if file.is_file()}
    read = {name for _, name in PROVEN}
    others = {
        name
        for name in names
        if any(fnmatch(f"./{name}", f"./{one}") or fnmatch(name, one) for one in sources.OTHERS)
    }

    assert sorted(names - read - others - {"README.md"}) == []
    assert sorted(read & others) == []
