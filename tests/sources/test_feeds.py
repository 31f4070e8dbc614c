"""The law of feeds: every dialect gives the same columns; what is cut, no feed or a bomb gives none."""

import warnings
from typing import Any

import pytest

from tilannekuva.errors import NotUnderstood
from tilannekuva.flows.child import limited
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.formats import feeds
from tilannekuva.sources.wording import AGAIN, CHANGED

FETCH = Fetch(url="https://a.fi", format="feed", columns={"title": "text"})
ITEM = """<item><title>Päätös &amp;amp; &lt;b&gt;linja&lt;/b&gt;us &amp;sect; 5</title>
<link>https://a.fi/1?a=1&amp;b=2</link><pubDate>Mon, 16 Mar 2020 14:00:00 +0200</pubDate>
<description><![CDATA[<p>Yksi<br/>kaksi</p>]]></description>
<author>N. N.</author></item>"""


def rss(inside: str, encoding: str = "UTF-8") -> bytes:
    """Give a feed in RSS 2.0."""
    head = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>t</title>'
    return f"{head}{inside}</channel></rss>".encode(encoding)


def read(body: bytes) -> list[dict[str, Any]]:
    """Read a feed as a recipe would."""
    return list(feeds.rows(body, FETCH))


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "windows-1252"])
def test_rss(encoding: str):
    """Texts are plain, instants UTC; the link names an entry that has no id; the author is left out."""
    expected = {
        "id": "https://a.fi/1?a=1&b=2",
        "title": "Päätös & linjaus § 5",
        "link": "https://a.fi/1?a=1&b=2",
        "summary": "Yksi kaksi",
        "published": "2020-03-16T12:00:00+00:00",
        "updated": "",
    }

    assert [expected] == read(rss(ITEM, encoding))


DIALECTS = {
    "RSS 0.91": """<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
        "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><item>
        <title>a</title><link>https://a.fi/1</link></item></channel></rss>""",
    "RSS 1.0": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
        <channel rdf:about="https://a.fi"><title>t</title></channel>
        <item rdf:about="https://a.fi/1"><title>a</title><link>https://a.fi/1</link></item></rdf:RDF>""",
    "Atom": """<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>https://a.fi/1</id><title>a</title>
        <link href="https://a.fi/1"/></entry></feed>""",
    "no id": rss("<item><title>a</title><link>https://a.fi/1</link></item>").decode(),
    "bare &": rss("<item><title>a</title><link>https://a.fi/1</link><a>b & c</a></item>").decode(),
}  # fmt: skip


@pytest.mark.parametrize("body", DIALECTS.values(), ids=DIALECTS.keys())
def test_every_dialect(body: str):
    """Old, new and slightly broken feeds give the same row."""
    (row,) = read(body.encode())

    assert ("https://a.fi/1", "a", "https://a.fi/1") == (row["id"], row["title"], row["link"])


def test_one_time_is_not_told_for_the_other():
    """An entry that only says when it was updated says nothing of when it was published, nor the reverse."""
    entry = "<id>1</id><title>a</title><updated>2020-03-16T12:00:00+02:00</updated>"
    with warnings.catch_warnings(action="error"):
        (row,) = read(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{entry}</entry></feed>'.encode())

    assert ("", "2020-03-16T10:00:00+00:00") == (row["published"], row["updated"])


def test_a_time_that_is_none():
    """A year beyond all calendars leaves the time empty and the entry whole."""
    (row,) = read(rss("<item><title>a</title><pubDate>Mon, 16 Mar 99999 14:00 GMT</pubDate></item>"))

    assert ("a", "") == (row["title"], row["published"])


ENTITIES = '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)
BOMB = f"""<?xml version="1.0"?><!DOCTYPE rss [{ENTITIES}]>
<rss version="2.0"><channel><item><title>&j;</title></item></channel></rss>"""
FOREIGN = BOMB.replace(ENTITIES, '<!ENTITY j SYSTEM "file:///etc/passwd">')
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "no entries": (rss(""), "the feed has no entries", CHANGED),
    "cut": (rss(ITEM)[:-12], "breaks off before its end", AGAIN),
    "web page": (b"<html><title>Huoltokatko</title></html>", "expected a feed (RSS or Atom), got 'hu", AGAIN),
    "JSON": (b"{}", "expected a feed (RSS or Atom), got '{}'", AGAIN),
    "bytes that are no text": (rss(ITEM + "\0"), "holds bytes that are no text", AGAIN),
    "empty": (b" \n", "the answer is empty", AGAIN),
    "the name of a file": (b"/etc/passwd", "expected a feed (RSS or Atom), got '/etc/passwd'", AGAIN),
    "entities in entities": (BOMB.encode(), "defines entities of its own", CHANGED),
    "entities of another encoding": (BOMB.encode("utf-16"), "expected a feed", AGAIN),
    "a file as entity": (FOREIGN.encode(), "defines entities of its own", CHANGED),
}  # fmt: skip


@pytest.mark.parametrize(("body", "said", "cure"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_whole_feed_is_refused(body: bytes, said: str, cure: str):
    with pytest.raises(NotUnderstood) as caught:
        read(body)

    assert said in str(caught.value)
    assert str(caught.value).endswith(cure)


@pytest.mark.parametrize(
    "inside",
    [
        f"<item><title>a</title>{'<b>' * 20_000}{'</b>' * 20_000}</item>",
        f"<item><title>a</title><description>{'&lt;b&gt;' * 20_000}</description></item>",
        f"<item><title x='{'y' * 8_000_000}'>a</title></item>",
    ],
    ids=["deep", "deep in a text", "8 MB in one attribute"],
)
def test_a_monstrous_feed_does_not_break_the_reader(inside: str):
    """It is read within the child's memory and time."""
    (row,) = limited(read, rss(inside))

    assert "a" == row["title"]
