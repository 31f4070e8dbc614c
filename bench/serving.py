"""Servers in processes of their own, asked over the loopback, and the CPU seconds that they use."""

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

CLIENTS = 4
_TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def served(command: Sequence[str], port: int, *, path: str = "/", **extra: str) -> Iterator[int]:
    """Run a server until the block ends; give its process number. Waits until it answers at `path`."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env={**os.environ, **extra}, **quiet)
    try:
        _wait_for(process, port, path)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended before it answered")
        try:
            ask(port, path)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{process.args} does not answer on {port}")


def tilannekuva(folder: Path, port: int) -> list[str]:
    """Give the command that serves a workspace."""
    program = [sys.executable, "-m", "tilannekuva", "serve", "--no-update"]
    return [*program, "--workspace", str(folder), "--port", str(port)]


def exercise(folder: Path, days: int) -> None:
    """Make an exercise of three cities whose answers of some days are recorded."""
    program = [sys.executable, "-m", "tilannekuva", "demo", "--prepare"]
    command = [*program, "--days", str(days), "--workspace", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def ask(port: int, path: str) -> bytes:
    """Ask once and give the body as it comes over the wire."""
    return asked(port, [path])[0]


def asked(port: int, paths: Sequence[str]) -> list[bytes]:
    """Ask for some addresses over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    bodies = []
    for path in paths:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        bodies.append(connection.getresponse().read())
    connection.close()
    return bodies


def hammer(port: int, paths: Sequence[str], views: int) -> None:
    """Ask for all of some addresses many times, by a few clients at once."""
    share = [*paths] * (views // CLIENTS)
    threads = [threading.Thread(target=asked, args=(port, share)) for _ in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def cpu(pid: int) -> float:
    """Give the CPU seconds that a process and those it started have used."""
    return sum(_own(one) for one in [pid, *_children(pid)])


def _own(pid: int) -> float:
    fields = _fields(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _children(pid: int) -> list[int]:
    every = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]
    parents: Mapping[int, int] = {one: int(fields[1]) for one in every if (fields := _fields(one))}
    near = [one for one, parent in parents.items() if parent == pid]
    return near + [far for one in near for far in _children(one)]


def _fields(pid: int) -> list[str]:
    """Give the fields of a process after its name; none where it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []
