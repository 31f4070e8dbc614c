"""Passwords: argon2id as OWASP advises (19 MiB, two rounds), at most two at once, and no common ones."""

import re
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from tilannekuva.domain.areas import register
from tilannekuva.errors import BadInput, Busy, NotInstalled

if TYPE_CHECKING:
    from argon2 import PasswordHasher

Answer = TypeVar("Answer")
_MEMORY, _ROUNDS, _LANES = 19_456, 2, 1  # KiB; OWASP's Password Storage Cheat Sheet
_AT_ONCE, _QUEUE, _PATIENCE = 2, 16, 5.0  # at work and waiting at most, and seconds of waiting
_SHORTEST, _LONGEST, _JUDGED = 12, 128, 72  # characters
_GOOD = 3  # of zxcvbn's 0 to 4: 10^8 guesses and more
_WORDS = """
  salasana sala passu password pass word losenord losen ord admin administrator root user kayttaja
  anvandare tilannekuva tilanne kuva lagesbild lage bild kunta kaupunki kommun stad suomi finland sverige
  ruotsi qwerty qwertyuiop asdf asdfgh asdfghjkl zxcvbn zxcvbnm abc abcd abcdef iloveyou rakas kulta aiti
  isa mama tammi helmi maalis huhti touko kesa heina elo syys loka marras joulu kuu talvi kevat syksy
  vinter sommar host var januari februari mars april maj juni juli augusti september oktober november
  december maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai korona corona covid kriisi
  kris crisis perkele saatana vittu jumala jaakiekko leijonat welcome letmein login secret salaisuus
  sekret hemlighet test testi demo example esimerkki
"""
_OF_PLACES = date(2021, 1, 1)  # the names of municipalities hardly ever change
# Threads of their own: what a thread of the pages has computed with once, 19 MiB, is its to keep.
_workers = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="password")
_room = threading.BoundedSemaphore(_AT_ONCE + _QUEUE)


def judged(password: str, own: Iterable[str] = ()) -> str:
    """Give a password as it is taken; raises BadInput when it is short or easily guessed.

    `own` are words that others would try: the name of its person, of the municipality.
    """
    found = unicodedata.normalize("NFKC", password)
    if not _SHORTEST <= len(found) <= _LONGEST:
        raise BadInput(f"a password has {_SHORTEST} to {_LONGEST} characters; four words make a good one")
    words = [part for one in own for part in _letters(one)]
    if _is_known(found, words) or _score(found, words) < _GOOD:
        raise BadInput("this password is easily guessed; take four words that do not belong together")
    return found


def hashed(password: str) -> str:
    """Give the hash of a password; raises Busy when too many are computed at once."""
    hasher = _hasher()
    return _worked(lambda: hasher.hash(password))


def verified(password: str, kept: str) -> str | None:
    """Say whether a password is the one of a hash: None when not, else the hash to keep from now on.

    Without a hash the work is the same, so that the time tells nobody whether there is one.
    """
    hasher = _hasher()
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - of the extra

    found = unicodedata.normalize("NFKC", password[: 4 * _LONGEST])

    def work() -> str | None:
        try:
            hasher.verify(kept or _nobodys(), found)
        except (VerificationError, InvalidHashError):
            return None
        return hasher.hash(found) if hasher.check_needs_rehash(kept) else kept

    return _worked(work)


def _worked(work: Callable[[], Answer]) -> Answer:
    """Wait for what is computed; raises Busy when too many wait, or the wait is too long."""
    busy = Busy("many people log in at this moment; come again in a few seconds")
    if not _room.acquire(blocking=False):
        raise busy
    try:
        task = _workers.submit(work)
        return task.result(_PATIENCE)
    except TimeoutError:
        task.cancel()
        raise busy from None
    finally:
        _room.release()


@cache
def _hasher() -> "PasswordHasher":
    try:
        from argon2 import PasswordHasher  # noqa: PLC0415 - of the extra
    except ImportError:
        raise NotInstalled("a password", "login") from None
    return PasswordHasher(time_cost=_ROUNDS, memory_cost=_MEMORY, parallelism=_LANES)


def _nobodys() -> str:
    """Give a hash that no password has, of the same cost."""
    salt, tag = (b64encode(bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={_MEMORY},t={_ROUNDS},p={_LANES}${salt}${tag}"


def _letters(text: str) -> list[str]:
    """Give the runs of letters of a text, without their dots and rings, as one types them in a hurry."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return re.findall(r"[^\W\d_]+", plain.casefold())


@cache
def _common() -> frozenset[str]:
    """Give the words that many passwords are made of: ours and the names of municipalities."""
    places = register().at_level("municipality", on=_OF_PLACES)
    names = (name for place in places for name in place.names.values())
    return frozenset(_WORDS.split()) | {part for one in names for part in _letters(one)}


def _is_known(password: str, own: Iterable[str]) -> bool:
    """Whether nothing but known words is left without the digits and signs."""
    left, words, ends = "".join(_letters(password)), _common() | {*own}, {0}
    for start in range(len(left)):
        if start in ends:
            ends |= {start + len(one) for one in words if len(one) > 1 and left.startswith(one, start)}
    return len(left) in ends


def _score(password: str, own: list[str]) -> int:
    try:
        from zxcvbn import zxcvbn  # noqa: PLC0415 - of the extra
    except ImportError:
        raise NotInstalled("a password", "login") from None
    return int(zxcvbn(password[:_JUDGED], user_inputs=own)["score"])
