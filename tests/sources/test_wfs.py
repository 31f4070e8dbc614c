"""The law of WFS: a layer comes whole or not at all, however its service cuts it into pages."""

import json
from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from service import Handler, Service, own, serving

from tilannekuva.domain.looks import Answer
from tilannekuva.errors import BadDefinition, NoAnswer
from tilannekuva.sources.transport import Transport

ASK = "?service=WFS&version={version}&request=GetFeature&typeNames=k:kirjasto&srsName=EPSG:3067{more}"
Answering = Callable[[Handler], None]


def asked(one: Handler) -> dict[str, str]:
    return {name.casefold(): values[0] for name, values in parse_qs(urlsplit(one.path).query).items()}


def gml(ids: range, matched: int | str, *, told: bool = True) -> bytes:
    """Write a page as GeoServer does; or as one that tells no numbers."""
    numbers = f'numberMatched="{matched}" numberReturned="{len(ids)}"' if told else ""
    members = "".join(f"<wfs:member><k:kirjasto><k:n>{n}</k:n></k:kirjasto></wfs:member>" for n in ids)
    root = "wfs:FeatureCollection"
    return f'<{root} xmlns:wfs="w" xmlns:k="k" {numbers}>{members}</{root}>'.encode()


def geojson(ids: range, matched: int | str) -> bytes:
    features = [{"type": "Feature", "properties": {"n": n, "kind": "Feature"}} for n in ids]
    end = {"totalFeatures": matched, "numberMatched": matched, "numberReturned": len(ids)}
    return json.dumps({"type": "FeatureCollection", "features": features, **end}).encode()


def layer(n: int, write: Callable[..., bytes] = gml, **more: bool) -> Answering:
    """Give a service that holds a layer of n shapes and pages through it."""

    def answer(one: Handler) -> None:
        question = asked(one)
        start, size = int(question.get("startindex", 0)), int(question.get("count", n))
        one.give(200, write(range(start, min(n, start + size)), n, **more))

    return answer


def ask(answer: Answering, more: str = "&count=10", version: str = "2.0.0") -> tuple[Answer, Service]:
    with serving(answer) as service, Transport(("127.0.0.0/8",), attempts=1) as transport:
        url = service.url + ASK.format(version=version, more=more)
        return transport.ask(own(url, 'protocol = "wfs"\nper_minute = 600'), today=date(2026, 5, 4)), service


def refusal(answer: Answering, more: str = "&count=10", version: str = "2.0.0") -> str:
    with pytest.raises(NoAnswer) as caught:
        ask(answer, more, version)
    return str(caught.value)


@pytest.mark.parametrize(("n", "pages"), [(0, 1), (1, 1), (9, 1), (10, 1), (11, 2), (30, 3), (35, 4)])
@pytest.mark.parametrize("write", [gml, geojson])
def test_every_shape_comes_once_whatever_their_number(n: int, pages: int, write: Callable[..., bytes]):
    found, service = ask(layer(n, write))

    starts = [int(parse_qs(urlsplit(path).query)["startIndex"][0]) for path, _ in service.asked]
    assert [10 * nth for nth in range(pages)] == starts
    assert [len(range(start, min(n, start + 10))) for start in starts] == [
        body.count(b"<wfs:member>") or body.count(b'"n": ') for body in found.pages
    ]


def test_a_service_that_tells_no_numbers_is_asked_until_a_page_is_short():
    """Also when the last page is full: then one more, an empty one, is asked for and left out."""
    found, service = ask(layer(20, told=False))

    assert (2, 3) == (len(found.pages), len(service.asked))


def test_the_question_is_kept_as_it_was_written():
    _, service = ask(layer(3), "&count=10&cql_filter=kunta%20IN%20('837','853')&startIndex=0")

    (path, _) = service.asked[0]
    question = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    assert ("k:kirjasto", "EPSG:3067") == (question["typeNames"], question["srsName"])
    assert "kunta IN ('837','853')" == question["cql_filter"]
    assert 1 == path.count("startIndex")


def test_version_1_is_asked_once():
    found, service = ask(layer(25), more="", version="1.0.0")

    assert (1, 1) == (len(found.pages), len(service.asked))
    assert "startIndex" not in service.asked[0][0]


def test_an_answer_of_just_the_most_that_may_come_has_lost_its_end():
    assert "as many shapes as maxFeatures=25 lets it: raise it" in refusal(
        layer(25), "&maxFeatures=25", "1.0.0"
    )


def test_a_service_that_keeps_shapes_back_is_noticed():
    """GeoServer's own limit cuts a layer and tells so only in its numbers."""

    def limited(one: Handler) -> None:
        one.give(200, gml(range(7), 9))

    assert "gave 7 of 9 shapes: add count=7 to the address" in refusal(limited, more="")


def test_a_layer_that_changes_while_it_is_read_is_asked_again_another_time():
    def shrinking(one: Handler) -> None:
        start = int(asked(one)["startindex"])
        one.give(200, gml(range(start, min(15, start + 10)), 20 if start == 0 else 16))

    assert "the layer changed while it was read: 15 shapes came, 16 match" in refusal(shrinking)


def test_a_service_that_does_not_page_is_noticed_by_its_repeating_itself():
    assert "gives the same page again and again: leave count out" in refusal(
        lambda one: one.give(200, gml(range(10), "unknown"))
    )


REPORT = """<?xml version="1.0"?>
<ows:ExceptionReport xmlns:ows="o" version="2.0.0"><ows:Exception exceptionCode="NoApplicableCode">
<ows:ExceptionText>Could not find layer &lt;k:kirjasto&gt;</ows:ExceptionText>
</ows:Exception></ows:ExceptionReport>
"""
OLD_REPORT = """<!-- a --><ServiceExceptionReport>
<ServiceException>Cannot do natural order without a primary key</ServiceException></ServiceExceptionReport>
"""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (REPORT, "the service says 'Could not find layer <k:kirjasto>'"),
        (OLD_REPORT, "the service says 'Cannot do natural order without a primary key'"),
        (
            '{"version": "2.0.0", "exceptions": [{"text": "No type"}]}',
            'the service says \'[{"text": "No type',
        ),
    ],
)
def test_an_exception_under_the_status_200_is_no_answer(body: str, says: str):
    assert says in refusal(lambda one: one.give(200, body.encode()))


def test_words_of_exceptions_inside_a_good_layer_do_no_harm():
    body = gml(range(1), 1).replace(b"<k:n>0", b"<k:n>Exception: ExceptionReport")
    found, _ = ask(lambda one: one.give(200, body))

    assert (body,) == found.pages


def test_an_address_without_a_layer_is_a_mistake_in_the_recipe():
    with (
        pytest.raises(BadDefinition, match="names no layer, typeNames="),
        serving(layer(1)) as service,
        Transport(("127.0.0.0/8",)) as transport,
    ):
        transport.ask(own(f"{service.url}?request=GetFeature", 'protocol = "wfs"'), today=date(2026, 5, 4))
