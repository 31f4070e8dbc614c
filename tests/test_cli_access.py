"""People and the log from the command line."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tilannekuva.cli import main

PASSWORD = "pakaste marja ikkuna"  # noqa: S105 - made up


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tilannekuva.toml").write_text('title = "Tampere"\nareas = ["837"]\nsources = ["hs-tests"]\n')
    return tmp_path


def run(folder: Path, *words: str, given: str = "") -> Result:
    """Run a command in a workspace."""
    asked = [*words, "--workspace", str(folder)]
    return CliRunner().invoke(main, asked, input=given, catch_exceptions=False)


def add(folder: Path, name: str = "Maija", role: str = "admin", password: str = PASSWORD) -> Result:
    return run(folder, "user", "add", name, "--role", role, "--municipality", "837", given=f"{password}\n")


def test_the_first_admin_comes_from_the_command_line(folder: Path):
    nobody = json.loads(run(folder, "user", "list", "--json").stdout)
    made = add(folder)
    (row,) = json.loads(run(folder, "user", "list", "--json").stdout)

    assert ([], "maija may log in as admin of municipality:837\n") == (nobody, made.stderr)
    assert {"name": "maija", "role": "admin", "municipality": "municipality:837"}.items() <= row.items()
    assert PASSWORD not in made.output


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("user", "add", "matti", "--role", "king", "--municipality", "837"), "", "'king' is not one of"),
        (("user", "add", "matti", "--role", "staff"), "", "Missing option '--municipality'"),
        (("user", "add", "matti", "--role", "staff", "--municipality", "837"), "", "12 to 128 characters"),
        (
            ("user", "add", "matti", "--role", "staff", "--municipality", "837"),
            "Tampere2021!",
            "easily guessed",
        ),
        (("user", "add", "MAIJA", "--role", "staff", "--municipality", "837"), PASSWORD, "there already"),
        (("user", "disable", "nobody"), "", "nobody is named 'nobody'"),
        (("audit", "verify", "--head", "7"), "", "no head of a log"),
    ],
)
def test_what_cannot_be_is_refused(folder: Path, words: tuple[str, ...], given: str, said: str):
    add(folder)
    done = run(folder, *words, given=given)

    assert (2, True) == (done.exit_code, said in done.output)


def test_somebody_can_be_shut_out_and_let_in_again(folder: Path):
    add(folder)
    states = []
    for word in ("disable", "enable"):
        run(folder, "user", word, "Maija")
        states.append("may log in" in run(folder, "user", "list").stdout)
    run(folder, "user", "role", "maija", "--role", "staff", "--municipality", "Turku")

    assert [False, True] == states
    assert run(folder, "user", "list").stdout.startswith("maija  staff  municipality:853")


def test_the_log_can_be_listed_verified_and_held_against_its_head(folder: Path):
    add(folder)
    printed = run(folder, "audit", "head").stdout.strip()
    run(folder, "user", "password", "maija", given="kolme sinistä rappusta")
    (row,) = json.loads(run(folder, "audit", "list", "--newest", "1", "--json").stdout)

    assert {"seq": 2, "who": "console", "action": "change password", "ok": True}.items() <= row.items()
    assert 0 == run(folder, "audit", "verify", "--head", printed).exit_code
    assert "1  " == run(folder, "audit", "list", "--who", "console").stdout[:3]


def test_an_altered_log_is_damaged(folder: Path):
    add(folder)
    with closing(sqlite3.connect(folder / "access.sqlite")) as other, other:
        other.execute("drop trigger audit_delete")
        other.execute("delete from audit")
    cut_off = run(folder, "audit", "verify", "--head", "1:0123456789")

    assert (7, True) == (cut_off.exit_code, "the log ends at row 0, though it had row 1" in cut_off.output)
    assert 0 == run(folder, "audit", "verify").exit_code


def test_a_reading_token_is_shown_once_and_listed_without_itself(folder: Path):
    made = run(folder, "token", "add-reader", "staff", "--municipality", "837", "--note", "Power BI").stdout
    (row,) = json.loads(run(folder, "token", "list", "--json").stdout)

    assert ("read:staff", "municipality:837", True) == (row["scope"], row["municipality"], row["valid"])
    assert (True, False) == (made.startswith("tk_"), made.strip() in run(folder, "token", "list").output)


def test_serve_does_not_start_on_a_missing_secret(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("TILANNEKUVA_OIDC_SECRET", raising=False)
    with (folder / "tilannekuva.toml").open("a") as file:
        file.write('[login.oidc]\nissuer = "https://id.example"\nclient_id = "x"\n[[login.oidc.roles]]\n')
        file.write('value = "a"\nrole = "staff"\nmunicipality = "837"\n')
    done = run(folder, "serve", "--no-update", "--port", "1")

    assert (3, True) == (done.exit_code, "TILANNEKUVA_OIDC_SECRET is not set" in done.output)


def test_the_command_line_asks_for_no_extra_until_a_password_is_needed(folder: Path):
    """The core starts without the extra `login`."""
    assert "nothing is logged yet" in run(folder, "audit", "verify").output
