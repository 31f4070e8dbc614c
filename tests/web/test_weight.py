"""Laws of what pages weigh, packed and with all that they need: they open on a poor line."""

import re
from pathlib import Path

import pytest
from shown import LANGS, PAGES, ask, tree

import tilannekuva.web
from tilannekuva.web import render
from tilannekuva.web.app import FastPath

FIRST_PAGE, OTHER_PAGES, SCRIPTS = 40_000, 80_000, 10_000  # bytes
STATIC = Path(tilannekuva.web.__file__).with_name("static")


def needed(app: FastPath, path: str) -> dict[str, int]:
    """Give the bytes of a page, of its style, icons and scripts, as they are sent."""
    page = tree(ask(app, path).text)
    asked = (one for one in page.find("link") if one.attributes["rel"] not in ("alternate", "expect"))
    linked = [one.attributes["href"] for one in asked]
    sourced = [one.attributes["src"] for one in page.walk() if "src" in one.attributes]
    return {one: sent(app, one) for one in [path, *linked, *sourced]}


def sent(app: FastPath, path: str) -> int:
    return int(ask(app, path, accept_encoding="gzip").headers["content-length"])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", PAGES.values())
def test_a_page_is_small_with_all_that_it_needs(app: FastPath, lang: str, path: str):
    """The front page shows the whole country's municipalities and is the smallest allowed."""
    parts = needed(app, f"/{lang}/{path}")

    assert sum(parts.values()) <= (OTHER_PAGES if path.partition("?")[0] else FIRST_PAGE), parts


@pytest.mark.parametrize("path", PAGES.values())
def test_a_page_asks_nobody_else_for_anything(app: FastPath, path: str):
    assert [one for one in needed(app, f"/fi/{path}") if not one.startswith("/")] == []


def test_our_scripts_are_small_all_together_and_need_no_others():
    scripts = [*STATIC.glob("*.js")]
    found = [render.static(one.name) for one in scripts]
    imported = {
        name for one in scripts for name in re.findall(r"""from ['"]([^'"]+)""", one.read_text("utf-8"))
    }

    assert sum(len(one.packed) for one in found if one) <= SCRIPTS
    assert [one for one in imported if not one.startswith("./")] == []
