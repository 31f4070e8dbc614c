"""Answers of too many lines for rows: the engine reads them itself, from files, while a query runs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.fetch import STREAMED, Fetch
from tilannekuva.sources.formats import passages
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted
from tilannekuva.store.lines import REJECTS
from tilannekuva.store.sheet import Sheet

MAX_FAULTS = 0.1  # share of the rows of any answer; with more in doubt, the rest is in doubt too
Page = bytes | Path  # an answer's page, or the file that holds it


@contextmanager
def handed(fetch: Fetch, pages: Sequence[bytes]) -> Iterator[Sequence[Page]]:
    """Give pages as a child is to be handed them: large ones as files, so that none is copied to it."""
    if fetch.format in STREAMED:
        with filed(pages) as files:
            yield files
    else:
        yield pages


@contextmanager
def filed(pages: Sequence[Page]) -> Iterator[list[Path]]:
    """Give files that hold the pages; those that come as bytes are written into a folder made for them."""
    with TemporaryDirectory() as folder:
        yield [_file(page, Path(folder) / f"{nth:06}.csv") for nth, page in enumerate(pages, 1)]


def _file(page: Page, file: Path) -> Path:
    if isinstance(page, Path):
        return page
    file.write_bytes(page)
    return file


def body(page: Page) -> bytes:
    """Give the bytes of a page."""
    return page.read_bytes() if isinstance(page, Path) else page


def lay(sheet: Sheet, fetch: Fetch, files: Sequence[Path]) -> None:
    """Put the lines of files onto a sheet as the view `raw`; NotUnderstood for a file of another kind."""
    columns = {file: passages.columns(file, fetch) for file in files}
    sheet.stream("raw", columns, delimiter=fetch.delimiter, keep=fetch.keep)


def broken(sheet: Sheet, files: Sequence[Path]) -> list[str]:
    """Tell which lines the queries so far could not read: too few or many cells, or one that is no number."""
    found = sheet.broken()
    if len(found) >= REJECTS:
        raise NotUnderstood(f"more than {REJECTS} lines of the answer are broken{AGAIN}")
    pages = {str(file): nth for nth, file in enumerate(files, 1)}
    return [f"page {pages[path]}, line {line}: {quoted(text.strip())}" for path, line, text in found]


def enough(faults: Sequence[str], n_lines: int) -> None:
    """Raise NotUnderstood when more lines are left out than one would look through."""
    if len(faults) > MAX_FAULTS * n_lines:
        raise NotUnderstood(f"{len(faults)} of {n_lines} lines are left out; the first: {faults[0]}{CHANGED}")
