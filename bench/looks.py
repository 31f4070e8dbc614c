"""Pictures of every page: desk, phone, dark and paper, in three languages, with a contact sheet.

./dev looks DIR              of an exercise made for it (takes a minute)
./dev looks DIR WORKSPACE    of a workspace that is there
"""

import html
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser

from loading import chromium
from serving import exercise, served, tilannekuva
from tilannekuva.web.urls import PATHS

PORT = 8496
LOCALES = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}
LANGS = tuple(LOCALES)
# How a page is looked at: width, height, theme, medium.
LOOKS = {
    "desk": (1280, 800, "light", "screen"),
    "phone": (360, 740, "light", "screen"),
    "dark": (1280, 800, "dark", "screen"),
    "paper": (718, 1047, "light", "print"),
}
NAMED = {"indicator": ("incidence-14d", "cases-weekly", "hospitalised"), "trace": ("incidence-14d",)}
MORE = {"map-of-weeks": "map?indicator=cases-weekly", "wall": "?wall=1", "error": "?area=nowhere"}


def pages() -> dict[str, str]:
    """Give the pages by a name for their files."""
    found = {}
    for page, (path, _) in PATHS.items():
        for name in NAMED.get(page, ("",)):
            found[f"{page}-{name}".strip("-")] = path.format(id=name)
    return found | MORE


def pictures(browser: Browser, folder: Path) -> Iterator[Path]:
    """Take each picture; give its file when it is there."""
    for (look, (width, height, theme, medium)), lang in product(LOOKS.items(), LANGS):
        size = {"width": width, "height": height}
        settings = {"color_scheme": theme, "reduced_motion": "reduce", "locale": LOCALES[lang]}
        with browser.new_context(viewport=size, **settings) as context:
            page = context.new_page()
            page.emulate_media(media=medium)
            for name, path in pages().items():
                file = folder / f"{name}.{look}.{lang}.png"
                page.goto(f"http://127.0.0.1:{PORT}/{lang}/{path}")
                page.screenshot(path=file, full_page=True)
                yield file


def sheet(folder: Path) -> None:
    """Write the contact sheet: a row a page, all its pictures small, each a link to itself."""
    parts = ["<!doctype html><meta charset=utf-8><title>Looks</title>"]
    for name, path in pages().items():
        parts.append(f"<h2>{html.escape(name)} <small>/{html.escape(path)}</small></h2>")
        for look in LOOKS:
            files = [f"{name}.{look}.{lang}.png" for lang in LANGS]
            parts += [
                f'<a href="{quote(one)}"><img src="{quote(one)}" height=360 alt="{one}"></a>' for one in files
            ]
    (folder / "index.html").write_text("\n".join(parts), encoding="utf-8")


def main(folder: Path, workspace: Path | None) -> None:
    """Take all pictures of a workspace, or of an exercise made for them."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        if workspace is None:
            print("making an exercise", file=sys.stderr)
            workspace = Path(name) / "exercise"
            exercise(workspace, 30)
        with served(tilannekuva(workspace, PORT), PORT), chromium() as browser:
            wanted = len(pages()) * len(LOOKS) * len(LANGS)
            for place, file in enumerate(pictures(browser, folder), 1):
                print(f"\r{place} of {wanted} {file.name:60}", end="", file=sys.stderr)
    sheet(folder)
    print(f"\n{folder / 'index.html'}", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:  # noqa: PLR2004 - the folder
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2:] else None)
