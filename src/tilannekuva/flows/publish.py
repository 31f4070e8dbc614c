"""Publishing: what was shown is kept, so that it can be opened as it was.

The archive holds pictures and briefs, the ledger who saw them when. Nobody who updates the workspace is in
the way: a publication is one row more, whatever else is written meanwhile.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from tilannekuva.domain.access import PUBLIC
from tilannekuva.domain.areas import register
from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Picture
from tilannekuva.domain.publications import PICTURES, Publication
from tilannekuva.errors import UnknownPicture
from tilannekuva.flows.picture import Question, picture
from tilannekuva.flows.sight import seen
from tilannekuva.flows.workspace import Workspace


def pictures(workspace: Workspace, as_of: datetime, *, rewound: bool) -> Iterator[Picture]:
    """Yield the picture of each of the workspace's own areas, as everybody may see it."""
    for area in workspace.settings.areas:
        yield picture(seen(workspace, PUBLIC), Question(as_of, register().area(area).id, rewound=rewound))


def publish(
    workspace: Workspace, made: Iterable[Picture], now: datetime, *, kind: str = "publish"
) -> list[Publication]:
    """Keep pictures, but for those last published so already, and give the new publications.

    `kind` is one of PICTURES: by whom they were shown.
    """
    newest = {(one.kind, one.area): one.picture for one in workspace.ledger.publications()}
    new = [
        Publication(now, one.id, one.area, one.as_of, kind, "", workspace.archive.keep(one))
        for one in made
        if newest.get((kind, one.area)) != one.id
    ]
    for one in new:
        workspace.ledger.publish(one)
    return new


def publish_brief(
    workspace: Workspace, shown: Picture, body: bytes, *, now: datetime, form: str, lang: str
) -> Publication:
    """Keep a brief with the picture that it shows; `form` is the name of its file's kind, such as pdf."""
    publish(workspace, [shown], now, kind="brief")
    sha256 = workspace.archive.keep_file(body)
    made = Publication(now, shown.id, shown.area, shown.as_of, form, lang, sha256)
    workspace.ledger.publish(made)
    return made


def publications(workspace: Workspace, as_of: datetime | None = None) -> list[Publication]:
    """Give what was published, by an instant if one is given, the newest first."""
    found = workspace.ledger.publications()
    return [one for one in reversed(found) if as_of is None or one.published_at <= as_of]


def publication(workspace: Workspace, picture_id: str) -> Publication:
    """Give the first publication of a picture; raises UnknownPicture."""
    found = (one for one in workspace.ledger.publications() if one.kind in PICTURES)
    first = next((one for one in found if one.picture == picture_id), None)
    if first is None:
        raise UnknownPicture(f"no picture '{picture_id}' was published; the page of briefs lists what was")
    return first


def published(workspace: Workspace, picture_id: str) -> Picture:
    """Give a picture as it was published; raises UnknownPicture and Damaged."""
    return workspace.archive.picture(publication(workspace, picture_id).sha256)


def published_brief(workspace: Workspace, sha256: str) -> tuple[Publication, bytes]:
    """Give a brief that was published and its bytes; raises UnknownPicture and Damaged."""
    found = (one for one in workspace.ledger.publications() if one.kind not in PICTURES)
    first = next((one for one in found if one.sha256 == sha256), None)
    if first is None:
        raise UnknownPicture(f"no brief '{sha256}' was published; the page of briefs lists what was")
    return first, workspace.archive.file(sha256)


def differing(then: Picture, now: Picture) -> list[str]:
    """Name the indicators of the front page whose figure of then is another one now, or told no longer."""
    return [one.id for one in then.tiled if _differs(then, now, one)]


def _differs(then: Picture, now: Picture, indicator: Indicator) -> bool:
    shown = then.nearest(indicator.id)
    if shown is None:
        return False
    reading = now.readings.get((indicator.id, shown.area))
    points = reading.points if reading else ()
    told = next((one.value for one in points if one.reference_date == shown.reference_date), None)
    if told is None or shown.value is None:
        return told != shown.value
    return round(told, indicator.decimals) != round(shown.value, indicator.decimals)


def faults(workspace: Workspace) -> Iterator[str]:
    """Yield what is damaged, gone or altered of all that was published, each once."""
    for name in workspace.ledger.unchained():
        yield f"the {name} is not as it was recorded; restore the ledger from a backup"
    found = workspace.ledger.publications()
    pictures = {one.sha256 for one in found if one.kind in PICTURES}
    yield from workspace.archive.faults(pictures, {one.sha256 for one in found} - pictures)
