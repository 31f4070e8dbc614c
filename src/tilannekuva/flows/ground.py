"""Base maps: images of the city's own map services, asked by the app on behalf of those who look.

Only the hosts of the settings are asked, through the guarded transport; what is no image is refused.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, timedelta
from time import monotonic
from urllib.parse import urlencode

from tilannekuva.config import Ground, Settings
from tilannekuva.domain.definitions import Text
from tilannekuva.errors import NoAnswer, NotUnderstood, UnknownSource
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.recipe import Recipe
from tilannekuva.sources.transport import Transport

_MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_ROOM = 64 << 20  # bytes of images held in memory
_LASTS = 86_400.0  # seconds for which an image is held
_AT_ONCE = 8  # images under way: more would keep pages waiting for a thread
_PER_MINUTE = 600
_TIMEOUT = timedelta(seconds=10)
_LARGEST = 2048  # pixels a side
_MEGABYTES = 8
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Image:
    """An image of a base map: its bytes, and whether they are PNG or JPEG."""

    body: bytes
    media_type: str


@dataclass(slots=True)
class Grounds:
    """The base maps of a workspace; safe to ask from several threads.

    Of images it holds at most `room` bytes; `held` is how many there are now.
    """

    settings: Settings
    room: int = _ROOM
    held: int = 0
    transport: Transport = field(init=False)
    _kept: OrderedDict[str, tuple[float, Image]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _doors: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(_AT_ONCE))

    def __post_init__(self) -> None:
        """Open the way out."""
        self.transport = Transport(self.settings.allow_networks, self.settings.contact, attempts=1)

    def ground(self, name: str) -> Ground:
        """Give a base map of the settings; raises UnknownSource."""
        for one in self.settings.ground:
            if one.id == name:
                return one
        raise UnknownSource(f"no base map '{name}'")

    def window(self, name: str, box: Box, *, width: int, height: int) -> Image:
        """Give the image of a box (west, south, east, north in metres of the map's own coordinates).

        Raises a TilannekuvaError when the service gives none.
        """
        ground = self.ground(name)
        if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
            raise NotUnderstood(f"an image has at most {_LARGEST} pixels a side")
        asked = {
            "SERVICE": "WMS",
            "VERSION": "1.1.1",  # in 1.3.0 some systems write north first
            "REQUEST": "GetMap",
            "LAYERS": ground.layer,
            "STYLES": ground.style,
            "SRS": ground.crs,
            "BBOX": ",".join(f"{one:.1f}" for one in box),
            "WIDTH": str(width),
            "HEIGHT": str(height),
            "FORMAT": ground.format,
        }
        return self._image(ground, _with(ground.url, asked))

    def tile(self, name: str, z: int, *, row: int, col: int) -> Image:
        """Give a tile of a matrix; raises a TilannekuvaError when the service gives none."""
        ground = self.ground(name)
        if not (0 <= z < ground.matrices and 0 <= row < 1 << 24 and 0 <= col < 1 << 24):
            raise NotUnderstood("there is no such tile")
        if "{z}" in ground.url:
            url = ground.url.replace("{z}", str(z)).replace("{row}", str(row)).replace("{col}", str(col))
            return self._image(ground, url)
        asked = {
            "SERVICE": "WMTS",
            "VERSION": "1.0.0",
            "REQUEST": "GetTile",
            "LAYER": ground.layer,
            "STYLE": ground.style or "default",
            "TILEMATRIXSET": ground.matrix_set,
            "TILEMATRIX": str(z),
            "TILEROW": str(row),
            "TILECOL": str(col),
            "FORMAT": ground.format,
        }
        return self._image(ground, _with(ground.url, asked))

    def _image(self, ground: Ground, url: str) -> Image:
        with self._lock:
            held = self._kept.get(url)
        if held and monotonic() - held[0] < _LASTS:
            return held[1]
        if not self._doors.acquire(blocking=False):
            raise NoAnswer("too many images are under way")
        try:
            answer = self.transport.ask(_recipe(ground, url), today=date.min)
        finally:
            self._doors.release()
        made = _checked(answer.body)
        self._keep(url, made)
        return made

    def _keep(self, url: str, image: Image) -> None:
        with self._lock:
            if url in self._kept:
                self.held -= len(self._kept.pop(url)[1].body)
            self._kept[url] = monotonic(), image
            self.held += len(image.body)
            while self.held > self.room:
                self.held -= len(self._kept.popitem(last=False)[1][1].body)


def _with(url: str, asked: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(asked, safe=',:/')}"


def _checked(body: bytes) -> Image:
    for magic, media_type in _MAGIC.items():
        if body.startswith(magic):
            return Image(body, media_type)
    raise NotUnderstood("the map service gave no image")


def _recipe(ground: Ground, url: str) -> Recipe:
    """Give the question as the transport takes it: host, pace, time and size."""
    words = Text(fi=ground.attribution, sv=ground.attribution, en=ground.attribution)
    return Recipe(
        id=ground.id,
        title=ground.title,
        publisher=ground.attribution,
        licence=words,
        contact=ground.attribution,
        about=words,
        rhythm=timedelta(days=1),
        snapshot="log",
        fetch=Fetch(
            url=url,
            format="geo",
            columns={"geometry": "geometry"},
            per_minute=_PER_MINUTE,
            timeout=_TIMEOUT,
            max_mb=_MEGABYTES,
        ),
    )
