"""The archive: every picture that was published, and every brief, in parts named by their content.

A manifest names its frame (title, instants, sources, decisions) and a part for each indicator (its definition
and all its readings): what stayed as it was is the same part, and costs nothing.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from tilannekuva.domain.indicators import Indicator
from tilannekuva.domain.picture import Picture, Reading
from tilannekuva.errors import Damaged
from tilannekuva.store.landing import Landing

FORMAT = 1
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Part:
    """An indicator as defined and as read, in all areas."""

    indicator: Indicator
    readings: tuple[Reading, ...]


_FRAME = TypeAdapter(Picture)
_PART = TypeAdapter(_Part)


class Archive:
    """A folder of immutable files; the ledger says what was published when."""

    def __init__(self, folder: Path) -> None:
        self._files = Landing(folder)

    def keep(self, picture: Picture) -> str:
        """Keep a picture durably and give the name of its manifest."""
        parts = {name: self._kept(_PART, _part(picture, name)) for name in picture.indicators}
        frame = self._kept(_FRAME, replace(picture, readings={}, indicators={}))
        order = [[one.indicator, one.area] for one in picture.readings.values()]
        manifest = {"format": FORMAT, "picture": picture.id, "frame": frame, "parts": parts, "order": order}
        return self.keep_file(_packed(json.dumps(manifest).encode()))

    def keep_file(self, body: bytes) -> str:
        """Keep the bytes of a brief and give their name."""
        return self._files.keep(body)

    def picture(self, name: str) -> Picture:
        """Give the picture of a manifest, equal to the one that was kept; raises Damaged."""
        manifest = self._manifest(name)
        parts = {key: self._read(_PART, sha256) for key, sha256 in manifest["parts"].items()}
        readings = {(one.indicator, one.area): one for part in parts.values() for one in part.readings}
        return replace(
            self._read(_FRAME, manifest["frame"]),
            indicators={key: part.indicator for key, part in parts.items()},
            readings={(key, area): readings[key, area] for key, area in manifest["order"]},
        )

    def file(self, name: str) -> bytes:
        """Give the bytes of a brief; raises Damaged."""
        return self._files.read(name)

    def faults(self, pictures: Iterable[str], files: Iterable[str]) -> Iterator[str]:
        """Yield what is damaged or gone of pictures and of briefs, each file once with its cure."""
        names = {*pictures, *files}
        for one in pictures:
            with suppress(Damaged):  # told below by its own name
                manifest = self._manifest(one)
                names |= {manifest["frame"], *manifest["parts"].values()}
        for one in sorted(names):
            try:
                self._files.read(one)
            except Damaged as damage:
                yield str(damage)

    def _manifest(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(gzip.decompress(self._files.read(name)))
        if found["format"] != FORMAT:
            raise Damaged(f"archive {name} has format {found['format']}, this version reads {FORMAT}")
        return found

    def _kept(self, kind: TypeAdapter[Any], value: object) -> str:
        return self.keep_file(_packed(kind.dump_json(value)))

    def _read(self, kind: TypeAdapter[Value], name: str) -> Value:
        try:
            return kind.validate_json(gzip.decompress(self._files.read(name)))
        except ValidationError:  # its bytes are those kept: the nouns have changed since
            raise Damaged(f"archive {name} is of another version; open it with that one") from None


def _part(picture: Picture, indicator: str) -> _Part:
    readings = (one for one in picture.readings.values() if one.indicator == indicator)
    return _Part(picture.indicators[indicator], tuple(sorted(readings, key=attrgetter("area"))))


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
