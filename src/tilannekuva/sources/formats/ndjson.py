"""NDJSON answers: one object a line, as programs print them."""

from collections.abc import Iterator

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats.jsonrows import Row, load
from tilannekuva.sources.wording import AGAIN, CHANGED


def rows(body: bytes, fetch: Fetch) -> Iterator[Row]:
    """Yield the object of each line; raises NotUnderstood for a cut last line."""
    text = decoded(body, fetch.format)
    if not text.endswith("\n"):
        raise NotUnderstood(f"the answer breaks off in the middle of its last line{AGAIN}")
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            row = load(line)
            if not isinstance(row, dict):
                raise NotUnderstood(f"line {number} is no object{CHANGED}")
            yield row
