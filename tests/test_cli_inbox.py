"""Deliveries from the command line: tokens, and emptying the inbox without a server."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from delivered import SOURCE, city, prepare

from tilannekuva.cli import main
from tilannekuva.flows.inbox import TAKEN


def run(folder: Path, *words: str) -> Result:
    """Run a command in a workspace."""
    return CliRunner().invoke(main, [*words, "--workspace", str(folder)], catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return prepare(tmp_path / "w")


def test_a_token_is_shown_once_and_listed_without_itself(folder: Path):
    made = run(folder, "token", "add", SOURCE, "--days", "30", "--note", "FME Flow")
    (row,) = json.loads(run(folder, "token", "list", "--json").stdout)

    assert made.stdout.startswith("tk_")
    assert {
        "scope": f"deliver:{SOURCE}",
        "note": "FME Flow",
        "valid": True,
        "revoked_at": "",
    }.items() <= row.items()
    assert made.stdout.strip() not in run(folder, "token", "list").output


def test_a_revoked_token_stays_on_the_list(folder: Path):
    """So that one can see who once could deliver."""
    run(folder, "token", "add", SOURCE)
    (row,) = json.loads(run(folder, "token", "list", "--json").stdout)
    revoked = run(folder, "token", "revoke", row["id"])

    assert revoked.exit_code == 0
    assert f"{row['id']}  ended  deliver:{SOURCE}" in run(folder, "token", "list").stdout


@pytest.mark.parametrize(("words", "code", "said"), [
    (("token", "add", "no-such-source"), 2, "no source 'no-such-source'; there are"),
    (("token", "add", "hs-tests"), 2, "hs-tests is asked, not sent"),
    (("token", "add", SOURCE, "--days", "0"), 2, "0 is not in the range"),
    (("token", "revoke", "12345678"), 2, "no token '12345678'; `tilannekuva token list` shows them"),
])  # fmt: skip
def test_a_token_that_cannot_be_is_refused(folder: Path, words: tuple[str, ...], code: int, said: str):
    done = run(folder, *words)

    assert (done.exit_code, said in done.output) == (code, True)


def test_a_source_that_is_not_listed_yet_is_told(folder: Path):
    """A token for it opens a door behind which nobody is."""
    done = run(folder, "token", "add", "police-weekly")

    assert (done.exit_code, "add police-weekly to the sources" in done.output) == (0, True)


def test_update_empties_the_inbox(folder: Path):
    """Without a server beside it: what was handed in before is recorded when somebody updates."""
    inbox = folder / "inbox" / SOURCE
    (inbox / TAKEN).mkdir(parents=True)
    (inbox / TAKEN / "r20210315-120000-0123456789ab.csv").write_bytes(city("Tampere", 5))

    done = run(folder, "update", "--source", SOURCE)

    assert f"{SOURCE}: 1 ok; 1 news" in done.stdout
    assert [one.name for one in (inbox / "done").iterdir()] == ["r20210315-120000-0123456789ab.csv"]


def test_nothing_in_the_inbox_is_no_failure(folder: Path):
    done = run(folder, "update", "--source", SOURCE)

    assert (done.exit_code, "nothing lies in the inbox" in done.output) == (0, True)
    assert "0 looks, 0 news" in done.stdout
