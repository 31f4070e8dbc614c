"""Relative: a page made for a server becomes one that a folder of files can show.

Forms and what bears `data-server` are left out; links are made relative to the file, and one that leads
nowhere there loses its address but keeps its words.
"""

import re
from collections.abc import Callable
from html import escape, unescape
from html.parser import HTMLParser

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_ADDRESS = re.compile(r'\s(href|src)="([^"]*)"')
Find = Callable[[str], str | None]


def links(page: str) -> list[str]:
    """Give the addresses that a page leads to or is made of, each once; none of what is left out."""
    found: dict[str, None] = {}

    def note(address: str) -> str:
        found[address] = None
        return address

    rewritten(page, note)
    return list(found)


def rewritten(page: str, find: Find) -> str:
    """Give a page with each address as `find` gives it; None takes it away."""
    reader = _Rewriter(find)
    reader.feed(page)
    reader.close()
    return "".join(reader.out)


class _Rewriter(HTMLParser):
    """Copies a page word for word but for addresses and what is left out."""

    def __init__(self, find: Find) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._find = find
        self._skipped: list[str] = []  # the open elements of a part that is left out

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._skipped or tag == "form" or "data-server" in given:
            self._skipped += [tag] * (tag not in _VOID)
        else:
            self._tag(tag, given)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._skipped:
            self._tag(tag, dict(attrs))

    def _tag(self, tag: str, given: dict[str, str | None]) -> None:
        lost = False

        def relative(match: re.Match[str]) -> str:
            nonlocal lost
            found = self._find(unescape(match[2]))
            lost = found is None
            return "" if found is None else f' {match[1]}="{escape(found)}"'

        written = self.get_starttag_text() or ""
        if given.get("href") or given.get("src"):
            written = _ADDRESS.sub(relative, written)
        if not lost or tag == "a":  # a picture or a script that is not there is left out whole
            self.out.append(written)

    def handle_endtag(self, tag: str) -> None:
        if not self._skipped:
            self.out.append(f"</{tag}>")
        elif tag in self._skipped:
            while self._skipped.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self._keep(f"<!{decl}>")

    def _keep(self, text: str) -> None:
        if not self._skipped:
            self.out.append(text)
