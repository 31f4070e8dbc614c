"""The law of programs: what may run, what it may know, and how it ends."""

import os
import re
import shutil
import signal
import time
from pathlib import Path

import pytest
from service import RECIPE

from tilannekuva.errors import BadDefinition, NoAnswer
from tilannekuva.sources.protocols import command
from tilannekuva.sources.protocols.command import Programs
from tilannekuva.sources.recipe import Recipe, recipe

PRINTS = "print('value\\n7')\n"
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "inbox.md"


def own(*words: str, more: str = "") -> Recipe:
    """Give a recipe that runs a program."""
    listed = ", ".join(f'"{word}"' for word in words)
    text = RECIPE.replace('url = "@url"', f'protocol = "command"\ncommand = [{listed}]')
    text = text.replace('format = "json"', 'format = "csv"').replace('timeout = "1s"', 'timeout = "20s"')
    return recipe(text.replace("@more", more), "own.toml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give an empty folder of programs."""
    (tmp_path / "programs").mkdir()
    return tmp_path / "programs"


def run(folder: Path, program: str, *, more: str = "", words: tuple[str, ...] = ()) -> bytes:
    """Run a program written in Python."""
    (folder / "model.py").write_text(program, encoding="utf-8")
    one = own("python3", "model.py", *words, more=more)
    return Programs(folder, ["python3"]).answer(one).body


def failure(folder: Path, program: str, *, seconds: str = "20s", more: str = "") -> str:
    """Run a program that gives no answer and say why."""
    (folder / "model.py").write_text(program, encoding="utf-8")
    one = own("python3", "model.py", more=more)
    fetch = one.fetch.model_validate(one.fetch.model_dump() | {"timeout": seconds})
    with pytest.raises(NoAnswer) as caught:
        Programs(folder, ["python3"]).answer(one.model_copy(update={"fetch": fetch}))
    return str(caught.value)


def test_what_a_program_prints_is_the_answer(folder: Path):
    (folder / "model.py").write_text(PRINTS)

    answer = Programs(folder, ["python3"]).answer(own("python3", "model.py"))

    assert (answer.body, answer.media_type) == (b"value\n7\n", "text/csv")
    assert answer.url == "command:python3 model.py"


def test_arguments_reach_the_program_as_they_stand(folder: Path):
    """No shell reads them."""
    words = ("$HOME", "a b", "; touch stolen", "-e", "*")

    assert run(folder, "import sys; print(sys.argv[1:])", words=words).decode() == f"{[*words]}\n"
    assert not (folder / "stolen").exists()


def refusal(folder: Path, *words: str, allowed: tuple[str, ...] = ("python3",)) -> str:
    with pytest.raises(BadDefinition) as caught:
        Programs(folder, allowed).answer(own(*words))
    return str(caught.value)


def test_a_recipe_alone_starts_nothing(folder: Path):
    """Recipes are shared and run unread: the settings must list the program."""
    (folder / "model.py").write_text(PRINTS)

    assert 'write allow_commands = ["python3"] in tilannekuva.toml' in refusal(
        folder, "python3", "model.py", allowed=()
    )


HELD = (
    ("python3", "-c", "print('value\\n7')"),
    ("python3",),
    ("python3", "nothing.py"),
    ("python3", "../outside.py"),
    ("python3", "/etc/hostname"),
    ("python3", "--version", "model.py"),
)


@pytest.mark.parametrize("words", HELD)
def test_a_listed_program_runs_a_file_of_ours_and_no_code_of_the_recipe(folder: Path, words: tuple[str, ...]):
    (folder / "model.py").write_text(PRINTS)
    (folder.parent / "outside.py").write_text(PRINTS)

    assert "runs no file of " in refusal(folder, *words)


@pytest.mark.parametrize("name", ["/bin/sh", "../sh", "./model.py", "sh"])
def test_only_the_very_name_that_is_listed_runs(folder: Path, name: str):
    (folder / "model.py").write_text(PRINTS)

    assert "own wants to run " in refusal(folder, name, "model.py", allowed=("python3", "/bin/sh", "../sh"))


def test_a_program_that_is_not_installed_is_named(folder: Path):
    (folder / "model.x").write_text(PRINTS)

    assert refusal(folder, "no-such", "model.x", allowed=("no-such",)) == (
        "own needs no-such, which is not installed here"
    )


def test_a_file_that_runs_by_itself_is_listed_by_its_name(folder: Path):
    program = folder / "model.sh"
    program.write_text("#!/bin/sh\nprintf 'value\\n%s\\n' \"$1\"\n")
    program.chmod(0o755)

    assert Programs(folder, ["model.sh"]).answer(own("model.sh", "7")).body == b"value\n7\n"


def test_a_program_knows_nothing_of_ours_but_its_own_key(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """No other secret, no home folder, no input."""
    monkeypatch.setenv("TILANNEKUVA_OWN_KEY", "s3cret")
    monkeypatch.setenv("OTHER_KEY", "other")
    (folder / "model.sh").write_text('#!/bin/sh\nenv | cut -d= -f1\nls -A "$HOME"\ncat\n')
    (folder / "model.sh").chmod(0o755)
    one = own("model.sh", more='key = "env:TILANNEKUVA_OWN_KEY"')

    known = Programs(folder, ["model.sh"]).answer(one).body.decode().split()

    assert sorted({*known} - {"PWD", "OLDPWD", "_", "SHLVL"}) == [
        "HOME",
        "LANG",
        "PATH",
        "TILANNEKUVA_OWN_KEY",
        "TMPDIR",
    ]


def test_a_key_that_is_not_there_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TILANNEKUVA_OWN_KEY", raising=False)
    with pytest.raises(
        BadDefinition, match="own needs a key: set the environment variable TILANNEKUVA_OWN_KEY"
    ):
        run(folder, PRINTS, more='key = "env:TILANNEKUVA_OWN_KEY"')


def test_a_program_works_in_its_folder(folder: Path):
    """And what it leaves in its home is gone with it."""
    home = Path(
        run(folder, "import os; open(os.environ['HOME'] + '/a', 'w'); print(os.environ['HOME'])")
        .decode()
        .strip()
    )

    assert run(folder, "import os; print(os.getcwd())").decode().strip() == str(folder)
    assert not home.exists()


def test_a_failure_tells_what_the_program_said_last(folder: Path):
    """And what it printed until then is no answer."""
    program = (
        PRINTS + "import sys\nfor n in range(9): print('line', n, '\\x1b[2J', file=sys.stderr)\nsys.exit(3)"
    )
    said = failure(folder, program)

    assert said.startswith("own ended with exit code 3: line 4 \ufffd[2J / line 5 ")
    assert said.endswith("line 8 \ufffd[2J")


def test_a_killed_program_is_told(folder: Path):
    assert failure(folder, "import os; os.kill(os.getpid(), 9)") == "own ended with signal SIGKILL"


def test_a_program_is_ended_with_all_it_started_when_its_time_is_up(folder: Path):
    """Also what ignores a polite request."""
    program = (
        "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "if not os.fork(): open('child', 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    )
    begun = time.monotonic()

    assert failure(folder, program, seconds="1s") == "own did not finish within 1 seconds"
    assert time.monotonic() - begun < 10
    assert is_gone(int((folder / "child").read_text()))


LEAVES = """
import os, time
if not os.fork():
    os.close(1), os.close(2)
    with open("child.new", "w") as file:
        file.write(str(os.getpid()))
    os.rename("child.new", "child")
    time.sleep(60)
while not os.path.exists("child"):
    time.sleep(0.01)
"""


def test_what_a_program_leaves_running_is_ended(folder: Path):
    """It may not go on behind our back once it has answered."""
    assert run(folder, LEAVES + PRINTS) == b"value\n7\n"
    assert is_gone(int((folder / "child").read_text()))


def is_gone(process: int) -> bool:
    """Whether a process has ended; it may lie about as a dead one until somebody asks after it."""
    for _ in range(200):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        if ") Z " in Path(f"/proc/{process}/stat").read_text():
            return True
        time.sleep(0.01)
    return False


def test_one_that_escapes_its_group_holds_us_no_longer_than_its_time(folder: Path):
    """It may keep the pipe open for ever: we stop listening."""
    program = LEAVES.replace("os.close(1), os.close(2)", "os.setsid()")
    begun = time.monotonic()
    said = failure(folder, program + PRINTS, seconds="1s")
    os.kill(int((folder / "child").read_text()), signal.SIGKILL)

    assert said == "own did not finish within 1 seconds"
    assert time.monotonic() - begun < 10


def test_a_program_that_prints_too_much_is_left(folder: Path):
    assert failure(folder, "while True: print('x' * 65536)") == "own printed more than 1 MB"


def test_a_program_that_talks_without_end_fills_no_memory(folder: Path):
    program = "import sys\nfor n in range(200): sys.stderr.write('x' * 65536)\nsys.exit('too much')"

    assert failure(folder, program).endswith("too much")


def test_a_program_that_swallows_memory_ends_alone(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "MEGABYTES", 256)

    assert "MemoryError" in failure(folder, "a = bytearray(400 << 20)")


TOLD = "indicator,area,area_name,reference_date,freq,stratum,value,status,known_at"


def test_the_program_of_the_guide_forecasts(folder: Path):
    """Fourteen days that grow by a tenth a day: the next seven bring what the sum of the series says."""
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed here")
    (program,) = re.findall(r"```r\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    known = program.replace("system(ask, intern = TRUE)", 'readLines("seen.csv")')
    (folder / "forecast.R").write_text(known, encoding="utf-8")
    rows = [f"cases,x,K,2021-03-{day:02},day,all,{100 * 1.1**day:.0f},normal,x" for day in range(1, 15)]
    (folder / "seen.csv").write_text("\n".join([TOLD, *rows, "cases,x,K,2021-03-15,day,all,,missing,x", ""]))

    answer = Programs(folder, ["Rscript"]).answer(own("Rscript", "forecast.R")).body.decode().splitlines()

    assert answer[0] == "area,origin,expected"
    assert answer[1].split(",")[:2] == ["hospital-district:05", "2021-03-14"]
    assert float(answer[1].split(",")[2]) == pytest.approx(
        sum(100 * 1.1**day for day in range(15, 22)), rel=0.01
    )
