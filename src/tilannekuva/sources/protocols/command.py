"""Programs as sources: any program that prints CSV or NDJSON, such as a model in R.

Recipes are shared and run unread, so a recipe alone starts nothing. What runs is
a program that the settings list, and it runs a file that somebody here has put
into the workspace's folder `programs/`: never code that stands in the recipe.
"""

import os
import selectors
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer
from tilannekuva.sources.recipe import Recipe

MEGABYTES = 4096  # address space of a program: R and its libraries map one before they begin
_TOLD = 5  # last lines of what a program says on stderr that are told
_SAID = 16_384  # bytes of it that are kept
_PIECE = 65_536
_PATH = "/usr/local/bin:/usr/bin:/bin"
# The limits are set by a shell that then becomes the program: nothing of ours runs between fork and exec.
_LIMITED = 'ulimit -c 0 && ulimit -v "$1" && shift && exec "$@"'


@dataclass(frozen=True, slots=True)
class Programs:
    """Where programs live and which of them may run."""

    folder: Path
    allowed: Sequence[str] = ()

    def answer(self, recipe: Recipe) -> Answer:
        """Run a recipe's program and give what it printed; NoAnswer tells why there is nothing."""
        with TemporaryDirectory(prefix="tilannekuva-") as home:
            printed = _run(recipe, self._found(recipe), self.folder, _environment(recipe, home))
        kind = "text/csv" if recipe.fetch.format == "csv" else "application/x-ndjson"
        return Answer(recipe.id, printed, url=f"command:{' '.join(recipe.fetch.command)}", media_type=kind)

    def _found(self, recipe: Recipe) -> list[str]:
        """Give the program's path and its arguments; BadDefinition for what may not run or is not there."""
        name, *arguments = recipe.fetch.command
        if name not in self.allowed or os.sep in name:
            listed = f'allow_commands = ["{name}"]'
            raise BadDefinition(
                f"{recipe.id} wants to run {name}: if you know it, write {listed} in tilannekuva.toml"
            )
        ours = self.folder / name
        if ours.is_file():
            return [str(ours.resolve()), *arguments]
        script = self.folder / arguments[0] if arguments else self.folder
        if not (script.is_file() and script.resolve().is_relative_to(self.folder.resolve())):
            raise BadDefinition(
                f"{recipe.id}: {' '.join(recipe.fetch.command)[:80]} runs no file of {self.folder}; "
                f"what {name} shall run stands there, and its name right after {name}"
            )
        program = shutil.which(name, path=_path())
        if program is None:
            raise BadDefinition(f"{recipe.id} needs {name}, which is not installed here")
        return [program, *arguments]


def _path() -> str:
    """Give where programs are looked for; the command `tilannekuva` itself is among them."""
    return os.pathsep.join([os.environ.get("PATH", _PATH), str(Path(sys.executable).parent)])


def _environment(recipe: Recipe, home: str) -> dict[str, str]:
    """Give what a program may know of ours: no secret but its own key."""
    known = {"PATH": _path(), "LANG": "C.UTF-8", "HOME": home, "TMPDIR": home}
    name = recipe.fetch.key.removeprefix("env:")
    if name and name not in os.environ:
        raise BadDefinition(f"{recipe.id} needs a key: set the environment variable {name}")
    return known | ({name: os.environ[name]} if name else {})


def _run(recipe: Recipe, command: Sequence[str], folder: Path, environment: dict[str, str]) -> bytes:
    seconds = recipe.fetch.timeout.total_seconds()
    end = monotonic() + seconds
    limited = ["/bin/sh", "-c", _LIMITED, "sh", str(MEGABYTES << 10), *command]
    with _started(limited, folder, environment) as child:
        try:
            printed, said = _heard(child, recipe, end)
            child.wait(max(0.1, end - monotonic()))
        except (TimeoutError, subprocess.TimeoutExpired):
            raise NoAnswer(f"{recipe.id} did not finish within {seconds:g} seconds") from None
        finally:
            with suppress(ProcessLookupError):  # also what it has left running
                os.killpg(child.pid, signal.SIGKILL)
    if child.returncode:
        raise NoAnswer(f"{recipe.id} ended with {_ending(child.returncode)}{_last_lines(said)}")
    return printed


def _started(command: Sequence[str], folder: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start a program as the leader of a process group of its own, so that all of it can be ended."""
    return subprocess.Popen(  # noqa: S603 - a program that the settings list, its arguments never seen by a shell
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _heard(child: "subprocess.Popen[bytes]", recipe: Recipe, end: float) -> tuple[bytes, bytes]:
    """Give what a program prints and the last it says on stderr; TimeoutError when its time is up."""
    limit = recipe.fetch.max_mb << 20
    printed, said = bytearray(), bytearray()
    with selectors.DefaultSelector() as ears:
        ears.register(child.stdout or 0, selectors.EVENT_READ, printed)
        ears.register(child.stderr or 0, selectors.EVENT_READ, said)
        while ears.get_map():
            left = end - monotonic()
            if left <= 0:
                raise TimeoutError
            for key, _ in ears.select(left):
                piece = os.read(key.fd, _PIECE)
                key.data.extend(piece)
                if not piece:
                    ears.unregister(key.fileobj)
            del said[:-_SAID]
            if len(printed) > limit:
                raise NoAnswer(f"{recipe.id} printed more than {recipe.fetch.max_mb} MB", permanent=True)
    return bytes(printed), bytes(said)


def _ending(code: int) -> str:
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def _last_lines(said: bytes) -> str:
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    told = " / ".join(lines[-_TOLD:])
    return ": " + "".join(one if one.isprintable() else "\ufffd" for one in told)[-500:] if told else ""
