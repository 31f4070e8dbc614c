"""Large text files as SQL: the engine reads their lines while a query runs, with the types it is told."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

REJECTS = 100_000  # broken lines told of one file at most
_BUFFER = 8 << 20  # bytes read at a time: the memory in use grows with it, not with the files
BROKEN = """
    select file_path, line, min(csv_line)
    from reject_errors join reject_scans using (scan_id, file_id)
    group by file_path, line order by file_path, line"""
Files = Mapping[Path, Mapping[str, str]]


def select(files: Files, *, delimiter: str, keep: Sequence[str] = ()) -> str:
    """Give the SQL that reads files, each with its columns (name -> SQL type).

    Without `keep` the lines have no header. With it they have one, those columns stay, and each other one
    becomes rows: its name in `column`, its cell in `value`.
    """
    alike: dict[tuple[tuple[str, str], ...], list[Path]] = {}
    for file, columns in files.items():
        alike.setdefault(tuple(columns.items()), []).append(file)
    form = "header = true" if keep else "header = false, quote = '', escape = '', nullstr = 'no cell'"
    parts = (
        f"select {_long(keep)} from read_csv({listed(paths)}, columns = {{{_types(columns)}}}, {form}, "
        f"auto_detect = false, delim = {quoted(delimiter)}, store_rejects = true, rejects_limit = {REJECTS}, "
        f"buffer_size = {_BUFFER})"
        + (
            f' unpivot include nulls (value for "column" in (columns(* exclude ({_names(keep)}))))'
            if keep
            else ""
        )
        for columns, paths in alike.items()
    )
    return " union all ".join(parts)


def quoted(text: str) -> str:
    """Give a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def listed(files: Iterable[Path]) -> str:
    """Give paths as SQL writes a list."""
    return f"[{', '.join(quoted(str(file)) for file in files)}]"


def _types(columns: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in columns)


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _long(keep: Sequence[str]) -> str:
    return _names([*keep, "column", "value"]) if keep else "*"
