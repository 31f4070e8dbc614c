"""The law of the printed head: briefs of now bear the end of the log, neither everybody's nor the past's."""

from datetime import timedelta

import pytest
from shown import NOW

from tilannekuva.access.audit import Audit, Entry
from tilannekuva.domain.access import PUBLIC, Viewer
from tilannekuva.flows.entrance import log_head
from tilannekuva.flows.reader import Reader
from tilannekuva.flows.workspace import Workspace
from tilannekuva.web import brief
from tilannekuva.web.brief import Wanted

STAFF = Viewer("staff", "municipality:837")


@pytest.fixture
def reader(own: Workspace) -> Reader:
    Audit(own.book).write(Entry("maija", "staff", "municipality:837", "view", "/fi/"), NOW)
    return Reader(own, NOW, STAFF)


def text(reader: Reader, lang: str, *, rewound: bool = False) -> str:
    """Give a brief as the pages make it."""
    at = NOW - timedelta(days=1) if rewound else NOW
    return brief.of(reader, Wanted(None, lang, at, rewound), "txt", head=reader.log_head())[1].decode()


@pytest.mark.parametrize(
    ("lang", "words"), [("fi", "Lokin pää"), ("sv", "Loggens slut"), ("en", "Head of the log")]
)
def test_a_brief_of_now_bears_the_head(own: Workspace, reader: Reader, lang: str, words: str):
    assert f"{words} {log_head(own)}" in text(reader, lang)
    assert log_head(own).startswith("1:")


def test_a_brief_of_the_past_bears_none(reader: Reader):
    """It is the same bytes whenever it is made."""
    assert "Lokin pää" not in text(reader, "fi", rewound=True)


def test_everybodys_brief_tells_nothing_of_the_log(reader: Reader):
    assert "Lokin pää" not in text(reader.answering(PUBLIC), "fi")
