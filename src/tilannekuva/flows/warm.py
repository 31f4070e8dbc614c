"""What every child needs, loaded once in the process that they are forked from; imported nowhere else."""

import os
import pickle
import sys
from types import TracebackType


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say what went wrong here, but not that the parent ended while it was handing over a task."""
    if not isinstance(error, pickle.UnpicklingError | EOFError):
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _told

# On many cores numpy's threads alone would fill the address space that a child may use.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tilannekuva.domain.areas import register  # noqa: E402 - after the environment
from tilannekuva.flows import reading  # noqa: E402 - after the environment

__all__ = ["reading"]

register()
