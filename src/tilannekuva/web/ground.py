"""Base maps for the page: images of the configured services, handed on so that users' addresses stay here.

    /ground/<id>?box=west,south,east,north&width=…&height=…      a WMS
    /ground/<id>?z=…&row=…&col=…                                 a WMTS

Where a service gives no image, a transparent one is sent with the header `X-Ground: none`; the page's script
then says so.
"""

import base64
from functools import partial
from math import isfinite

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tilannekuva.errors import NotUnderstood, TilannekuvaError, UnknownSource
from tilannekuva.flows.ground import Grounds, Image
from tilannekuva.web.site import Site

PATHS = {"/ground/{id}": "An image of a base map of the settings, asked of its service by the app."}
_NOTHING = Image(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR42mNgAAIAAAUAAen63NgAAAAASUVORK5CYII="
    ),
    "image/png",
)


def routes(site: Site) -> list[Route]:
    """Give the route of the base maps; none where the settings name none."""
    settings = site.reader.settings
    if not settings.ground:
        return []
    return [Route("/ground/{id:slug}", partial(_answered, grounds=Grounds(settings)))]


async def _answered(request: Request, *, grounds: Grounds) -> Response:
    image, told = _NOTHING, {"X-Ground": "none", "Cache-Control": "no-store"}
    try:
        image = await run_in_threadpool(_image, grounds, request)
        told = {"Cache-Control": "private, max-age=3600"}
    except UnknownSource:
        raise
    except TilannekuvaError:
        pass  # the transparent image and its header say so
    return Response(image.body, media_type=image.media_type, headers=told)


def _image(grounds: Grounds, request: Request) -> Image:
    asked, name = request.query_params, request.path_params["id"]
    try:
        if "z" in asked:
            return grounds.tile(name, int(asked["z"]), row=int(asked["row"]), col=int(asked["col"]))
        west, south, east, north = (float(one) for one in asked.get("box", "").split(","))
        size = {side: int(asked.get(side, "0")) for side in ("width", "height")}
    except (KeyError, ValueError):
        raise NotUnderstood("the address asks for no image") from None
    if not (all(map(isfinite, (west, south, east, north))) and west < east and south < north):
        raise NotUnderstood("the address asks for no image")
    return grounds.window(name, (west, south, east, north), **size)
