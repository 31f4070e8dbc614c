"""The inbox: files that people and other systems send, taken one after another.

    inbox/<source>/           the queue: what a sync tool, SFTP or FME puts here is a delivery
    inbox/<source>/.taken/    at rest and about to be recorded; what is sent over HTTP begins here
    inbox/<source>/done/      recorded
    inbox/<source>/refused/   not taken, each beside a text that says why

A file is taken by giving it a name of its own, so that whoever writes the next
one under the old name overwrites nothing. It leaves `.taken` only after the
ledger knows of it: after a kill it is there still, and is recorded or found recorded.
"""

import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tilannekuva.domain.looks import GOOD, Answer, Look
from tilannekuva.errors import NoAnswer
from tilannekuva.flows.messages import said
from tilannekuva.flows.workspace import Workspace
from tilannekuva.sources.recipe import Recipe
from tilannekuva.store import files

REST = timedelta(seconds=2)  # for which a file's size and time of change stand still before it is taken
TAKEN, DONE, REFUSED = ".taken", "done", "refused"
RECEIPT = re.compile(r"r\d{8}-\d{6}-[0-9a-f]{12}")
_UNDER_WAY = (".tmp", ".part", ".partial", ".filepart", ".crdownload")  # how writers mark what is not whole
_CLUTTER = ("desktop.ini", "thumbs.db")  # what Windows leaves in a folder
_NAME_BYTES = 160  # of a delivery's own name: with receipt and ending it fits any file system
_LEAD = (
    "Tiedostoa ei otettu vastaan kokonaan.\nFilen togs inte emot i sin helhet.\n"
    "The file was not taken in full.\n\n"
)
_log = logging.getLogger(__name__)
Sight = tuple[int, int, datetime]  # size, time of change, and since when both stand still


class Delivery(NamedTuple):
    """A taken file, and its size and time of change when it was read."""

    path: Path
    size: int
    changed: int


@dataclass(slots=True)
class Inbox:
    """Takes the deliveries of one workspace; whoever does so holds the right to write."""

    workspace: Workspace
    clock: Callable[[], datetime]
    _seen: dict[Path, Sight] = field(default_factory=dict)
    _reading: dict[str, Delivery] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def is_stirring(self) -> bool:
        """Whether files were seen that may come to rest in a moment."""
        return bool(self._seen)

    def waiting(self) -> list[Recipe]:
        """Take what has come to rest and give the sources it is of; what is of none is refused."""
        expected = listening(self.workspace)
        for name in expected:
            files.make(folder_of(self.workspace, name))
        seen, self._seen = self._seen, {}
        found = []
        for folder in self._folders():
            try:
                taken = self._taken(folder, seen)
            except OSError as error:  # one folder that cannot be read stops no other
                self._tell(f"{folder.name} cannot be read: {error.strerror}")
                continue
            if taken and folder.name in expected:
                found.append(expected[folder.name])
            elif taken:
                self._refuse(taken, against(self.workspace, folder.name))
        return found

    def _taken(self, folder: Path, seen: Mapping[Path, Sight]) -> list[Path]:
        """Take what has come to rest in a queue and give all that waits to be recorded."""
        for path in self._at_rest(folder, seen):
            self._take(path)
        return [one for one in waiting_in(folder) if not self._is_recorded(folder.name, one)]

    def answer(self, recipe: Recipe) -> Answer:
        """Give the oldest delivery of a source as its answer; NoAnswer when it is too large or gone."""
        path = next(iter(waiting_in(folder_of(self.workspace, recipe.id))), None)
        if path is None:
            raise NoAnswer(f"nothing waits in the inbox of {recipe.id}")
        status, limit = path.stat(), recipe.fetch.max_mb << 20
        self._reading[recipe.id] = Delivery(path, status.st_size, status.st_mtime_ns)
        if status.st_size > limit:
            raise NoAnswer(f"{path.name} holds more than {recipe.fetch.max_mb} MB", permanent=True)
        return Answer(recipe.id, path.read_bytes(), url=address(path.name))

    def address(self, source_id: str) -> str:
        """Give the address of a source's delivery that is being read; empty when there is none."""
        reading = self._reading.get(source_id)
        return address(reading.path.name) if reading else ""

    def settle(self, look: Look, *, returned: bytes | None = None) -> None:
        """Put a recorded delivery away; one that changed while it was read is read again.

        `returned` is the sheet for whoever filled it.
        """
        delivery = self._reading.pop(look.source_id, None)
        if delivery is None or not delivery.path.exists():
            return
        status = delivery.path.stat()
        if (status.st_size, status.st_mtime_ns) != delivery[1:]:
            return
        if returned:
            files.write(sheet_of(delivery.path), returned)
        self._put_away(delivery.path, look, told=returned is not None)

    def again(self, source_id: str) -> None:
        """Put the answer that was refused last back at the head of the queue, unless another waits."""
        last, folder = self.workspace.ledger.last_look(source_id), folder_of(self.workspace, source_id)
        if last is None or last.outcome != "refused" or not last.sha256 or waiting_in(folder):
            return
        name = last.url.partition(":")[2]
        files.write(folder / TAKEN / renamed(name), self.workspace.landing.read(last.sha256))
        for one in (name, f"{name}.txt"):
            (folder / REFUSED / one).unlink(missing_ok=True)

    def _folders(self) -> Iterator[Path]:
        """Yield the folders of all queues, and tell of files that lie in none."""
        top = inbox_of(self.workspace)
        for entry in sorted(top.iterdir()) if top.is_dir() else ():
            if entry.is_dir() and not entry.name.startswith((".", "@")):
                yield entry
            elif entry.is_file() and not _is_passed_over(entry.name):
                self._tell(f"{entry.name} lies in no queue: put it into inbox/<source>/")

    def _at_rest(self, folder: Path, seen: Mapping[Path, Sight]) -> Iterator[Path]:
        now = self.clock()
        for path in regular(folder):
            status = path.stat(follow_symlinks=False)
            size, changed, since = seen.get(path, (-1, -1, now))
            still = (size, changed) == (status.st_size, status.st_mtime_ns)
            if still and abs(now - since) >= REST:  # also when the clock is set back
                yield path
            else:
                self._seen[path] = (status.st_size, status.st_mtime_ns, since if still else now)

    def _take(self, path: Path) -> None:
        taken = path.parent / TAKEN
        try:
            files.make(taken)
            files.settle(path, taken / renamed(path.name))
        except OSError as error:
            self._tell(f"{path.parent.name}/{path.name} cannot be taken: {error.strerror}")

    def _is_recorded(self, source_id: str, path: Path) -> bool:
        """Whether a kill came between recording a delivery and putting it away; then it is put away."""
        if source_id in self._reading:
            return False
        look = self.workspace.ledger.look_at(source_id, address(path.name))
        if look is None or (look.outcome != "failed" and look.sha256 not in ("", files.digest(path))):
            return False
        self._put_away(path, look)
        return True

    def _put_away(self, path: Path, look: Look, *, told: bool = False) -> None:
        good = look.outcome in GOOD
        words = said(look.message, self.workspace.service_of(look.source_id))
        if told or words or not good:
            own = f"{words.fi}\n{words.sv}\n" if words else ""
            _write_reason(path, f"{own}{look.outcome}: {look.message}")
        if look.outcome == "refused" and not look.sha256 and RECEIPT.fullmatch(path.stem):
            path.unlink()  # what tells of persons is not kept; its sender has it
        self._move(path, DONE if good else REFUSED)

    def _refuse(self, paths: Iterable[Path], why: str) -> None:
        """Refuse files that are no source's: there is no look to record, so the log tells of them."""
        for path in paths:
            _write_reason(path, why)
            self._move(path, REFUSED)
            _log.warning("inbox: %s", why)

    def _move(self, path: Path, where: str) -> None:
        try:
            if path.exists():
                files.make(path.parent.parent / where)
                files.settle(path, path.parent.parent / where / path.name)
        except OSError as error:  # it stays in `.taken`, is found recorded, and is tried again
            self._tell(f"{path.name} cannot be moved to {where}: {error.strerror}")

    def _tell(self, message: str) -> None:
        """Say once what a person must mend."""
        if message not in self._told:
            self._told.add(message)
            _log.warning("inbox: %s", message)


def inbox_of(workspace: Workspace) -> Path:
    """Give the folder of all queues."""
    return workspace.folder / "inbox"


def folder_of(workspace: Workspace, source_id: str) -> Path:
    """Give the folder of a source's queue."""
    return inbox_of(workspace) / source_id


def listening(workspace: Workspace) -> dict[str, Recipe]:
    """Give the sources to which can be delivered."""
    known = workspace.recipes()
    return {
        name: known[name]
        for name in workspace.settings.sources
        if name in known and known[name].fetch.protocol == "inbox"
    }


def against(workspace: Workspace, source_id: str) -> str:
    """Say why nothing can be delivered to a source, and what to do; empty when it can."""
    recipe = workspace.recipes().get(source_id)
    if recipe is None:
        return f"no source is called '{source_id[:60]}'; `tilannekuva recipe show` lists them"
    if recipe.fetch.protocol != "inbox":
        return f"{source_id} is asked, not sent: its recipe does not say protocol = 'inbox'"
    if source_id not in workspace.settings.sources:
        return f"{source_id} is not among the sources in tilannekuva.toml; add it, then deliver again"
    return ""


def receipt(at: datetime | None = None) -> str:
    """Give a new receipt: when a delivery was taken, and what nobody can guess."""
    return f"r{at or datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(6)}"


def address(name: str) -> str:
    """Give the address of a taken file, as its look tells it."""
    return f"inbox:{name}"


def renamed(name: str) -> str:
    """Give the name of a delivery once it is taken: a new receipt before its own name."""
    own = os.fsencode(RECEIPT.sub("", name).strip())[-_NAME_BYTES:].decode("utf-8", "ignore")
    return f"{receipt()} {''.join(one if one.isprintable() else '_' for one in own)}".rstrip()


def sheet_of(path: Path) -> Path:
    """Give where the sheet lies that goes back to whoever delivered a file."""
    return path.parent.parent / REFUSED / f"{path.name.removesuffix('.xlsx')} returned.xlsx"


def regular(folder: Path) -> list[Path]:
    """Give the files of a folder that are deliveries, the oldest first; no link is followed."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        found = [
            (one.stat(follow_symlinks=False).st_mtime_ns, one.name)
            for one in entries
            if one.is_file(follow_symlinks=False) and not _is_passed_over(one.name)
        ]
    return [folder / name for _, name in sorted(found)]


def waiting_in(folder: Path) -> list[Path]:
    """Give the taken files of a queue, the oldest first."""
    return regular(folder / TAKEN)


def _is_passed_over(name: str) -> bool:
    plain = name.casefold()
    return plain.startswith((".", "~$")) or plain.endswith(_UNDER_WAY) or plain in _CLUTTER


def _write_reason(path: Path, why: str) -> None:
    beside = path.parent.parent / REFUSED / f"{path.name}.txt"
    files.write(beside, f"{_LEAD}{path.name}\n{why}\n".encode())
