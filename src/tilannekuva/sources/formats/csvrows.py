"""CSV answers: the rows below a header line, each a mapping of raw cells."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.agreement import agreed, named
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted


def rows(body: bytes, fetch: Fetch) -> Iterator[dict[str, str]]:
    """Yield the rows; raises NotUnderstood for a cut last line or a ragged row.

    A whole CSV answer ends with a line break, or with the quote that closes its
    last cell: without either its last number may have lost digits on the way.
    """
    text = decoded(body, "csv", fetch.encoding)
    if not text.endswith(("\n", '"')):
        raise NotUnderstood(f"the answer breaks off in the middle of its last line{AGAIN}")
    lines = io.StringIO(text, newline="")
    for _ in range(fetch.skip):
        lines.readline()
    reader = csv.reader(lines, delimiter=fetch.delimiter, strict=True)
    try:
        header = _header(list(fetch.header) or next(reader, []), fetch)
        for cells in filter(None, reader):
            if len(cells) != len(header):
                counts = f"{len(cells)} cells where the header has {len(header)}"
                raise NotUnderstood(f"line {reader.line_num} has {counts}{AGAIN}")
            yield dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise NotUnderstood(f"line {reader.line_num} is no CSV: {error}{AGAIN}") from None


def _header(cells: list[str], fetch: Fetch) -> list[str]:
    """Give the names of the columns; one that is missing is told even where no row follows."""
    twice = [cell for cell, count in Counter(cells).items() if count > 1]
    if twice:
        raise NotUnderstood(f"the column {quoted(twice[0])} stands twice in the header{CHANGED}")
    known = named(dict.fromkeys(cells), fetch)
    agreed([*known, "column", "value"] if fetch.keep else known, fetch)
    return cells
