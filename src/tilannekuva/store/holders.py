"""Who holds the right to write: which work, on which machine, in which process."""

import os
import socket


def here(work: str) -> str:
    """Name this process at some work."""
    return f"{work}@{socket.gethostname()}:{os.getpid()}"


def alive(holder: str) -> bool:
    """Whether a holder may still run; one on another machine is given the benefit of the doubt."""
    host, _, pid = holder.rpartition("@")[2].rpartition(":")
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
