"""Laws of passwords: no common one, the cost that OWASP advises, the same work for whom there is not."""

import sys
import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters

from tilannekuva.access import passwords
from tilannekuva.access.passwords import hashed, judged, verified
from tilannekuva.errors import BadInput, Busy, NotInstalled

GOOD = "pakaste marja ikkuna"
OWN = ("maija.virtanen", "Tampere", "Tilannekuva Pirkanmaa")


@pytest.mark.parametrize(
    "common",
    [
        "", "a", "kirjolohi11", "a" * 129,
        "salasana12345", "Salasana2026!", "password1234", "tilannekuva1", "tilannekuva2026",
        "Tampere2026!!", "tampere-turku-oulu", "Åbo-Turku-2026", "Hämeenlinna1", "Kesäkuu2026!",
        "kesäkesäkesä",        "maijavirtanen", "Virtanen.Maija.1", "pirkanmaa2026",
        "qwertyuiopåä", "1q2w3e4r5t6y", "aaaaaaaaaaaa", "abcabcabcabc", "123456789012", "2026-11-22-2026",
        "iloveyou1234", "letmeinletmein", "P@ssw0rd1234",
    ],
)  # fmt: skip
def test_what_others_would_try_is_refused(common: str):
    with pytest.raises(BadInput):
        judged(common, OWN)


@pytest.mark.parametrize(
    "good",
    [GOOD, "hevonen on vihreä", "Xk4!pQ9z_w2L", "kolme sinistä rappusta", "salasana ja vihreä hevonen"],
)
def test_words_that_do_not_belong_together_are_taken(good: str):
    assert good == judged(good, OWN)


def test_the_message_does_not_repeat_the_password():
    with pytest.raises(BadInput) as caught:
        judged("Tampere2026!!", OWN)

    assert "Tampere" not in str(caught.value)


def test_a_hash_has_the_cost_that_is_advised():
    found = extract_parameters(hashed(GOOD))

    assert ("ID", 19 * 1024, 2, 1) == (found.type.name, found.memory_cost, found.time_cost, found.parallelism)


def test_a_password_opens_its_own_hash_however_its_letters_are_put_together():
    kept = hashed(judged("hevonen on vihre\u00e4"))

    assert (kept, kept) == (verified("hevonen on vihreä", kept), verified("hevonen on vihrea\u0308", kept))
    assert (None, None, None) == (verified(GOOD, kept), verified("", kept), verified(GOOD, ""))


def test_a_hash_of_another_cost_is_made_anew():
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    new = verified(GOOD, old) or ""

    assert (True, 2) == (new != old, extract_parameters(new).time_cost)
    assert new == verified(GOOD, new)


def test_nobodys_hash_costs_as_much_as_anybodys_and_has_no_password():
    nobodys = passwords._nobodys()  # noqa: SLF001 - its cost is the law

    assert extract_parameters(hashed(GOOD)) == extract_parameters(nobodys)
    assert (None, None) == (verified(GOOD, nobodys), verified("", nobodys))


@pytest.fixture
def at_work() -> Iterator[None]:
    """Let two passwords be at work until the test ends."""
    done, begun = threading.Event(), threading.Barrier(3)

    def work() -> None:
        begun.wait()
        done.wait()

    workers = passwords._workers  # noqa: SLF001 - two hashes that take long
    tasks = [workers.submit(work) for _ in range(2)]
    begun.wait()
    yield
    done.set()
    for one in tasks:
        one.result()


@pytest.mark.usefixtures("at_work")
def test_a_third_at_once_waits_and_is_told_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passwords, "_PATIENCE", 0.05)
    with pytest.raises(Busy, match="come again"):
        hashed(GOOD)


@pytest.mark.usefixtures("at_work")
def test_above_those_that_may_wait_nobody_waits(monkeypatch: pytest.MonkeyPatch):
    """Else a flood of log-ins would hold all threads that make pages."""
    monkeypatch.setattr(passwords, "_room", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_PATIENCE", 60.0)
    passwords._room.acquire()  # noqa: SLF001 - the queue is full
    with pytest.raises(Busy, match="come again"):
        verified(GOOD, "")


@pytest.mark.parametrize("missing", ["argon2", "zxcvbn"])
def test_without_the_extra_it_is_told_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, missing, None)
    passwords._hasher.cache_clear()  # noqa: SLF001 - as in a process that has computed nothing yet
    with pytest.raises(NotInstalled, match=r"tilannekuva\[login\]"):
        hashed(judged(GOOD))
