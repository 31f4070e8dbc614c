"""Map layers of a WFS (GeoServer, Tekla, Deegree …): GetFeature, page by page.

    …/wfs?service=WFS&version=2.0.0&request=GetFeature&typeNames=tilastointialueet:kunta4500k_2023&count=1000

With `count`, as many shapes are asked for at a time, from `startIndex` on, until all are there; where the
service tells how many match, so many must come. Without it (version 1 knows no pages) the layer comes at
once: an answer of just `maxFeatures` shapes has probably lost its end. What went wrong a service says in an
exception report, often under the status 200.

Source: OGC 09-025r2, WFS 2.0.2, 7.7.4 (response paging); OGC 02-058, WFS 1.0.0, 9.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.protocols import Get
from tilannekuva.sources.wording import quoted

_MAX_PAGES = 500
_END = 4_096  # bytes at either end of an answer in which it tells how many shapes there are
_EXCEPTION = re.compile(rb"^\s*(?:<\?xml[^>]*>)?(?:\s|<!--.*?-->)*<(?:\w+:)?\w*Exception\w*[\s>]", re.DOTALL)
_JSON_EXCEPTION = re.compile(rb'^\s*\{.{0,80}?"exceptions"\s*:(.*)', re.DOTALL)
_MATCHED = re.compile(rb'"?(?:numberMatched|totalFeatures)"?\s*[=:]\s*"?(\d+)')
_RETURNED = re.compile(rb'"?(?:numberReturned|numberOfFeatures)"?\s*[=:]\s*"?(\d+)')
_SHAPE = re.compile(rb'<(?:\w+:)?(?:featureMember|member)[\s>]|"type"\s*:\s*"Feature"')
_MARK = re.compile(rb"<[^>]*>")


def pages(_: Fetch, url: str, get: Get) -> Iterator[Answer]:
    """Yield a layer's pages; raises NoAnswer for an exception report or a layer that is not whole."""
    asked = {name.casefold(): value for name, value in parse_qsl(urlsplit(url).query)}
    if not asked.get("typenames", asked.get("typename")):
        raise BadDefinition(f"the address names no layer, typeNames=…: {url}")
    if "count" in asked:
        yield from _paged(url, asked, get)
        return
    page = _expected(get(url))
    most = asked.get("maxfeatures", "")
    returned, matched = _counted(page.body)
    if most.isdecimal() and returned >= int(most):
        raise NoAnswer(
            f"the service gave as many shapes as maxFeatures={most} lets it: raise it", permanent=True
        )
    if matched > returned:
        told = f"the service gave {returned} of {matched} shapes: add count={returned} to the address"
        raise NoAnswer(f"{told}, and the others are asked for too", permanent=True)
    yield page


def _paged(url: str, asked: Mapping[str, str], get: Get) -> Iterator[Answer]:
    begin, size = int(asked.get("startindex", "0")), int(asked["count"])
    got, before = 0, b""
    for _ in range(_MAX_PAGES):
        page = _expected(get(_from(url, begin + got)))
        returned, matched = _counted(page.body)
        if returned and page.body == before:
            raise NoAnswer("the service gives the same page again and again: leave count out", permanent=True)
        got += returned
        if returned or not before:
            yield page
        if returned < size or got == matched:
            break
        before = page.body
    if matched not in (-1, begin + got):
        raise NoAnswer(f"the layer changed while it was read: {begin + got} shapes came, {matched} match")
    if returned >= size and got != matched:
        raise NoAnswer(f"the layer has more than {got} shapes: raise count", permanent=True)


def _from(url: str, start: int) -> str:
    """Give the address of the page that begins at a shape."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name.casefold() != "startindex"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("startIndex", str(start))], safe=":/,;()*'")))


def _expected(page: Answer) -> Answer:
    """Give the page back; raises NoAnswer with the service's own words when it is an exception report."""
    told = _JSON_EXCEPTION.match(page.body)
    if told or _EXCEPTION.match(page.body):
        marked = told[1] if told else page.body
        text = unescape(_MARK.sub(b" ", marked[:_END]).decode("utf-8", "replace"))
        raise NoAnswer(f"the service says {quoted(' '.join(text.split()))}")
    return page


def _counted(body: bytes) -> tuple[int, int]:
    """Count the shapes of a page and of the layer; -1 where a service does not tell the latter."""
    ends = body[:_END] + b" " + body[-_END:]
    matched, returned = _MATCHED.search(ends), _RETURNED.search(ends)
    return int(returned[1]) if returned else len(_SHAPE.findall(body)), int(matched[1]) if matched else -1
