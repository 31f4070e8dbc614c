"""Charts and briefs as files: the page's own drawing as SVG and PNG, the brief as PDF, image and mail."""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilannekuva.errors import UnknownIndicator
from tilannekuva.web import brief, charts, typesetting
from tilannekuva.web.pages.frame import View
from tilannekuva.web.pages.graphs import course_graph
from tilannekuva.web.render import SECURITY, Body, body
from tilannekuva.web.site import Site
from tilannekuva.web.svg.drawing import brief as brief_number
from tilannekuva.web.svg.labels import Label, fitted

PATHS = {
    "/chart/fi/{id}.svg": "The chart of an indicator as a file; likewise `/chart/sv/` and `/chart/en/`.",
    "/chart/fi/{id}.png": "The same as an image; needs the extra `brief`.",
    "/brief/fi.pdf": "The brief of two pages, likewise in sv and en; needs the extra `brief`.",
    "/brief/fi.png": "A card with status and figures, for a chat; needs the extra `brief`.",
    "/brief/fi.html": "The brief as a mail, one file.",
    "/brief/fi.txt": "The brief as plain text.",
    "/brief/archive/{sha256}.pdf": "A brief as it was published, by the SHA-256 of its bytes.",
}
_PPI = 192  # two dots a pixel
_TITLE, _FOOT, _ABOVE, _ADDED = 18, 13, 36, 60  # sizes of letters, room above the drawing, and in all
_DRAWING = re.compile(
    r'(?P<head><svg [^>]*viewBox="(?P<size>0 0 (?P<width>[\d.]+) (?P<height>[\d.]+))"[^>]*>)'
    r"(?P<named>(<title.*?</title>)?(<desc.*?</desc>)?)(?P<drawn>.*)</svg>",
    re.DOTALL,
)


def routes(site: Site) -> list[Route]:
    """Give the routes of the files."""
    charts_, briefs = "/chart/{lang:lang}/{id:slug}", "/brief/{lang:lang}"
    return [
        *(Route(f"/brief/archive/{{sha256:slug}}.{form}", partial(_archived, site)) for form in brief.FORMS),
        Route(f"{charts_}.svg", _made(site, "indicator", _svg)),
        Route(f"{charts_}.png", _made(site, "indicator", _png)),
        *(Route(f"{briefs}.{form}", _made(site, "brief", partial(_brief, form))) for form in brief.FORMS),
    ]


def _made(site: Site, page: str, make: Callable[[View], Body]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        request.scope.update(page=page, twin="")
        return await site.answer(request, lambda: make(site.view(request)))

    return endpoint


def drawing(view: View) -> str:
    """Give the chart of the view's indicator as a file of its own.

    It is the page's drawing, with what a page around it would say: what it is of, as known when, and that an
    exercise is one. Raises UnknownIndicator where there are no figures.
    """
    reading = view.picture.nearest(view.name)
    if reading is None:
        raise UnknownIndicator(f"there are no figures of '{view.name}' here")
    graph = course_graph(view, view.picture.indicators[view.name], reading)
    return charts.standalone(_captioned(graph.wide, graph.title, known(view)))


def known(view: View) -> str:
    """Say as known when a file is, of which picture, and that an exercise is one."""
    language, picture = view.language, view.picture
    said = [
        language.text("As known {instant}", instant=language.instant(picture.as_of)),
        language.text("Picture {id}", id=picture.id),
    ]
    return " · ".join([language.text("EXERCISE"), *said] if picture.exercise else said)


def _captioned(svg: str, title: str, foot: str) -> str:
    """Put a title above a drawing and a line below."""
    found = _DRAWING.fullmatch(svg)
    assert found  # noqa: S101 - charts are drawn so
    width, height = float(found["width"]), float(found["height"])
    words = (
        Label(fitted(title, _TITLE, room=0.9 * width), 4, 1.2 * _TITLE, _TITLE, "g-latest"),
        Label(fitted(foot, _FOOT, room=width - 8), 4, height + _ABOVE + 1.3 * _FOOT, _FOOT),
    )
    head = found["head"].replace(found["size"], f"0 0 {brief_number(width)} {brief_number(height + _ADDED)}")
    labels = "".join(f'<g font-size="{one.size}">{one.svg}</g>' for one in words)
    return f'{head}{found["named"]}{labels}<g transform="translate(0 {_ABOVE})">{found["drawn"]}</g></svg>'


def _svg(view: View) -> Body:
    content = drawing(view).encode()
    return body(content, "image/svg+xml", also={**_named(view, "svg"), **_styled(content.decode())})


def _png(view: View) -> Body:
    svg = drawing(view)
    image = typesetting.png("drawing.typ", {"svg": svg, "title": view.name}, ppi=_PPI)
    return body(image, "image/png", also=_named(view, "png"))


def _brief(form: str, view: View) -> Body:
    shown = "inline" if form in ("pdf", "png", "txt") else "attachment"
    return body(
        brief.made(view, form, head=view.reader.log_head()),
        brief.FORMS[form],
        also=_named(view, form, shown=shown),
    )


def _named(view: View, form: str, *, shown: str = "inline") -> dict[str, str]:
    """Name a file after what it shows, where, and when."""
    place = view.picture.area.replace(":", "-")
    parts = (view.name or "tilannekuva", place, view.picture.as_of.strftime("%Y-%m-%d"), view.language.code)
    return {"Content-Disposition": f'{shown}; filename="{"-".join(parts)}.{form}"'}


def _styled(svg: str) -> dict[str, str]:
    """Let just the drawing's own style be, where it is opened by itself."""
    style = re.search(r"<style>(.*?)</style>", svg, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256((style[1] if style else "").encode()).digest()).decode()
    policy = SECURITY["Content-Security-Policy"].replace("style-src 'self'", f"style-src 'sha256-{digest}'")
    return {"Content-Security-Policy": policy}


async def _archived(site: Site, request: Request) -> Response:
    return await site.answer(request, partial(_from_archive, site, request.path_params["sha256"]))


def _from_archive(site: Site, sha256: str) -> Body:
    told, content = site.reader.published_brief(sha256)
    name = f"tilannekuva-{told.area.replace(':', '-')}-{told.as_of:%Y-%m-%d}-{told.lang}.{told.kind}"
    also = {"Content-Disposition": f'inline; filename="{name}"'}
    return body(content, brief.FORMS[told.kind], lasting=True, also=also)
