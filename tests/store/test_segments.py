"""Segments: a changed bit is found, a merger changes no answer, readers outlast both."""

import random
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tilannekuva.domain.observations import Observation
from tilannekuva.errors import Damaged
from tilannekuva.store.duckdb import DuckStore
from tilannekuva.store.ledger import Ledger

NOW = datetime(2021, 3, 4, 12, tzinfo=UTC)
N_ROWS = 40


def batch(look: int, n_rows: int = N_ROWS) -> list[Observation]:
    days = [date(2020, 3, 1) + timedelta(n) for n in range(n_rows)]
    at = NOW + timedelta(hours=look)
    return [
        Observation("a", "cases", "municipality:837", day, "day", "all", float(look), "normal", at, look)
        for day in days
    ]


def files(store: DuckStore) -> list[Path]:
    return sorted(store.folder.iterdir())


def afresh(store: DuckStore) -> DuckStore:
    """Open the store as another process does: nothing is verified yet."""
    return DuckStore(store.folder, store.ledger)


def is_silent(store: DuckStore) -> bool:
    """Whether nobody notices: neither a question nor `verify`."""
    try:
        afresh(store).as_of()
    except Damaged:
        return not afresh(store).verify()
    return True


def test_flipped_bits(duck: DuckStore):
    """Of 200 flipped bits none goes unseen."""
    duck.append(batch(1))
    (file,) = files(duck)
    body, dice, silent = file.read_bytes(), random.Random(1), []  # noqa: S311 - dice, no secret
    for _ in range(200):
        bit = dice.randrange(8 * len(body))
        flipped = bytearray(body)
        flipped[bit // 8] ^= 1 << bit % 8
        file.write_bytes(flipped)
        silent += [bit] if is_silent(duck) else []
    assert silent == []
    file.write_bytes(body)
    assert afresh(duck).verify() == []


def test_cut_files(duck: DuckStore):
    """A file cut anywhere, emptied, grown or gone is found."""
    duck.append(batch(1))
    (file,) = files(duck)
    body = file.read_bytes()
    for damaged in (*(body[:end] for end in range(0, len(body), 97)), body + b"\0"):
        file.write_bytes(damaged)
        assert not is_silent(duck), f"{len(damaged)} of {len(body)} bytes"
    file.unlink()
    with pytest.raises(Damaged, match="run `tilannekuva rebuild`"):
        afresh(duck).revisions()


def test_swapped_files(duck: DuckStore):
    """Files that have changed places are both found."""
    duck.append(batch(1))
    duck.append(batch(2))
    first, second = files(duck)
    body = first.read_bytes()
    shutil.copyfile(second, first)
    second.write_bytes(body)
    assert len(afresh(duck).verify()) == 2


@pytest.mark.parametrize("name", ["Mika's", "a[b]", "c*d", "Hämeenlinna 2021", 'so "called"'])
def test_folder_names(tmp_path: Path, name: str):
    """A workspace may lie in a folder of any name."""
    duck = DuckStore(tmp_path / name / "segments", Ledger(tmp_path / name / "ledger.sqlite"))
    duck.fence = duck.ledger.lease("test", NOW)
    for look in range(16):
        duck.append(batch(look, 1))
    assert duck.compact(NOW) == 16
    assert len(duck.revisions()) == 16
    duck.ledger.close()


def test_retired_files(duck: DuckStore):
    """Merged files stay for an hour, for whoever still reads them, and then go."""
    for look in range(16):
        duck.append(batch(look))
    old = set(files(duck))
    before = duck.revisions()
    assert duck.compact(NOW) == 16
    assert old < set(files(duck))
    duck.compact(NOW + timedelta(hours=1))
    assert old < set(files(duck))
    duck.compact(NOW + timedelta(hours=1, seconds=1))
    assert [path.name for path in files(duck)] == [one.name for one in duck.ledger.segments()]
    assert afresh(duck).revisions() == before


def test_few_are_not_merged(duck: DuckStore):
    """Fifteen segments of one size, or a big one among small ones, are left as they are."""
    for look in range(15):
        duck.append(batch(look))
    duck.append(batch(16, 300))
    assert duck.compact(NOW) == 0


def test_no_rows_no_file(duck: DuckStore):
    """Nothing to append leaves no file."""
    duck.append([])
    assert not duck.folder.exists()
    assert (duck.as_of(), duck.revisions(), duck.ledger.segments()) == ([], [], [])


def test_what_a_kill_left(duck: DuckStore):
    """A file that the ledger does not name is no observation."""
    duck.append(batch(1))
    (file,) = files(duck)
    shutil.copyfile(file, duck.folder / "0000000000000000-abcdef01.parquet")
    (duck.folder / ".new-1-abcdef01").write_bytes(b"half")
    assert (duck.revisions(), afresh(duck).verify()) == (batch(1), [])
