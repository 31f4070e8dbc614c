"""A limited child process in which foreign bytes and foreign SQL are read.

What hangs, crashes or swallows memory there costs one answer, never the picture.
"""

import multiprocessing
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import ParamSpec, TypeVar

from tilannekuva.errors import NotUnderstood, TilannekuvaError

Given = ParamSpec("Given")
Made = TypeVar("Made")
SECONDS = 30
MEGABYTES = 1536  # address space, most of it libraries; the SQL engine itself is held to 256
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tilannekuva.flows.warm"])


def limited(function: Callable[Given, Made], *given: Given.args, **named: Given.kwargs) -> Made:
    """Run a function in a child of limited time and memory and give what it made.

    Raises what it raised, or NotUnderstood when the child did not live to answer.
    """
    ours, theirs = _context.Pipe(duplex=False)
    child = _context.Process(target=_run, args=(theirs, function, given, named), daemon=True)
    _start(child)
    theirs.close()
    try:
        if not ours.poll(SECONDS):
            raise NotUnderstood(f"reading the answer took longer than {SECONDS} seconds")
        made = ours.recv()
    except EOFError:
        child.join()
        raise NotUnderstood(f"reading the answer broke the reader (exit {child.exitcode})") from None
    finally:
        child.kill()
        child.join()
        ours.close()
    if isinstance(made, TilannekuvaError):
        raise made
    return made  # type: ignore[no-any-return] # a pipe carries anything


def _start(child: ForkServerProcess) -> None:
    """Start it deaf to Ctrl-C, which is the parent's to answer: it ends its children.

    The process that children are forked from inherits what is blocked here, so it holds from their
    first instruction; said in their own code it would come a moment too late.
    """
    resource_tracker.ensure_running()  # started within, it would make this thread hear again
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        child.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)


def _run(
    pipe: Connection, function: Callable[..., object], given: tuple[object, ...], named: dict[str, object]
) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(BrokenPipeError):  # nobody is left to hear the answer
        pipe.send(_answer(function, given, named))
    pipe.close()


def _answer(function: Callable[..., object], given: tuple[object, ...], named: dict[str, object]) -> object:
    try:
        return function(*given, **named)
    except TilannekuvaError as error:
        return error
    except (MemoryError, RecursionError) as error:
        return NotUnderstood(f"the answer is too large or too deep to be read ({type(error).__name__})")
