"""RSS and Atom answers: one row an entry, in whichever of their dialects it is written.

Texts come as plain text. The author is left out: a decision is told by the body that took it.
"""

import io
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from time import struct_time
from typing import Any

import feedparser  # type: ignore[import-untyped] # the library tells no types

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

_ENDS = ("</rss>", "</feed>", "</rdf:rdf>", "</channel>")
_TAIL = 2_000  # bytes: comments of a cache may follow the end
_MARKUP = re.compile(r"<!--.*?-->|</?[a-z!][^<>]*>", re.IGNORECASE | re.DOTALL)
_INLINE = re.compile(r"</?(?:a|b|em|i|span|strong|sub|sup|u)(?:\s[^<>]*)?>", re.IGNORECASE)
_ENTITIES = re.compile(rb"<!\s*(ENTITY|ELEMENT|ATTLIST)", re.IGNORECASE)
_COLUMNS = ("id", "title", "link", "summary")


def rows(body: bytes, _: Fetch) -> Iterator[dict[str, Any]]:
    """Yield id, title, link, published, updated, summary of each entry; raises NotUnderstood.

    An entry without an id has its link as id. Instants are UTC, empty where the entry does not tell them.
    """
    _is_feed(body)
    found = feedparser.parse(io.BytesIO(body))  # bytes as such would be taken for the name of a file
    if not found.entries:
        why = f": {found.bozo_exception}" if found.get("bozo_exception") else ""
        raise NotUnderstood(f"the feed has no entries{quoted(why)[1:-1]}{CHANGED}")
    for entry in found.entries:
        row: dict[str, Any] = {name: _plain(entry.get(name, "")) for name in _COLUMNS}
        # The plain `get` of a dictionary: the entry's own would give one time for the other, with a warning.
        times = {name: _instant(dict.get(entry, f"{name}_parsed")) for name in ("published", "updated")}
        yield row | {"id": row["id"] or row["link"]} | times


def _is_feed(body: bytes) -> None:
    """Raise NotUnderstood for what is empty, no feed, not the whole of one, or made to swallow memory."""
    start = body[:_TAIL].decode("latin-1").casefold()
    if not body.strip():
        raise NotUnderstood(f"the answer is empty{AGAIN}")
    if not any(f"<{name}" in start for name in ("rss", "feed", "rdf:rdf", "channel")):
        shown = quoted(" ".join(_MARKUP.sub(" ", start).split()) or start)
        raise NotUnderstood(f"expected a feed (RSS or Atom), got {shown}{AGAIN}")
    end = body[-_TAIL:].decode("latin-1").casefold()
    if not any(one in end for one in _ENDS):
        raise NotUnderstood(f"the feed breaks off before its end{AGAIN}")
    if b"\0" in body:  # the library would leave them out, and what they overwrote with them
        raise NotUnderstood(f"the feed is damaged: it holds bytes that are no text{AGAIN}")
    if _ENTITIES.search(body):
        raise NotUnderstood(f"the feed defines entities of its own, which no feed needs{CHANGED}")


def _plain(given: str) -> str:
    """Give a text without markup, with single blanks between its words."""
    return " ".join(unescape(_MARKUP.sub(" ", _INLINE.sub("", given))).split())


def _instant(at: struct_time | None) -> str:
    """Write an instant as ISO text; empty when there is none, or it is none."""
    try:
        return datetime.fromtimestamp(timegm(at), UTC).isoformat() if at else ""
    except (ValueError, OverflowError, OSError):
        return ""
