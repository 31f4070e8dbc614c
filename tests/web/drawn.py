"""Reads a drawing back: its elements, the corners of its paths, the boxes of its words."""

import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from xml.etree import ElementTree as ET

from tilannekuva.web.svg.labels import Box, width

Place = tuple[float, float]

_NUMBER = re.compile(r"-?\d*\.?\d+")


def parsed(svg: str) -> ET.Element:
    """Give the drawing as a tree without name spaces; text that is not well-formed raises."""
    return ET.fromstring(svg.replace('xmlns="http://www.w3.org/2000/svg"', ""))  # noqa: S314  our own text


def of_class(svg: str, klass: str) -> list[ET.Element]:
    return [each for each in parsed(svg).iter() if klass in each.get("class", "").split()]


def subpaths(data: str) -> list[list[Place]]:
    """Follow path data made of m, l, h, v and z; give the corners of each line, in tenths at finest."""
    lines: list[list[Place]] = []
    here: Place = (0.0, 0.0)
    for command, numbers in _commands(data):
        for place, step in enumerate(_steps(command, numbers)):
            x, y = here if command.islower() else (0.0, 0.0)
            across, down = step
            here = (
                round(x + across, 1) if across is not None else here[0],
                round(y + down, 1) if down is not None else here[1],
            )
            if command in "mM" and place == 0:
                lines.append([])
            lines[-1].append(here)
        if command in "zZ":
            here = lines[-1][0]
    return lines


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    for part in re.findall(r"[a-zA-Z][^a-zA-Z]*", data):
        yield part[0], [float(number) for number in _NUMBER.findall(part)]


def _steps(command: str, numbers: list[float]) -> Iterable[tuple[float | None, float | None]]:
    if command in "hH":
        return [(number, None) for number in numbers]
    if command in "vV":
        return [(None, number) for number in numbers]
    return zip(numbers[::2], numbers[1::2], strict=True)


def places(svg: str) -> list[Place]:
    """Give every corner, centre edge and place of words on the sheet; patterns are no part of it."""
    root = parsed(svg)
    hidden = {id(inner) for pattern in root.iter("pattern") for inner in pattern.iter()}
    found: list[Place] = [corner for box in boxes(svg) for corner in (box[:2], box[2:])]
    for each in (element for element in root.iter() if id(element) not in hidden):
        found += [corner for line in subpaths(each.get("d", "")) for corner in line]
        if each.tag == "circle":
            x, y, r = (float(each.get(name, "")) for name in ("cx", "cy", "r"))
            found += [(x - r, y - r), (x + r, y + r)]
        if each.tag == "rect":
            x, y, w, h = (float(each.get(name, "0")) for name in ("x", "y", "width", "height"))
            found += [(x, y), (x + w, y + h)]
    return found


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Give the room that each text takes, by the widths that the drawing reckons with."""
    root = parsed(svg)
    size = float(root.get("font-size", "16"))
    found = []
    for text in root.iter("text"):
        x, y, wide = float(text.get("x", "")), float(text.get("y", "")), width(text.text or "", size)
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
        found.append((left, y - 0.8 * size, left + wide, y + 0.25 * size))
    return found


def is_inside_sheet(svg: str) -> bool:
    left, top, right, bottom = map(float, parsed(svg).get("viewBox", "").split())
    edge = 0.06  # coordinates are written with one decimal
    return all(left - edge <= x <= right + edge and top - edge <= y <= bottom + edge for x, y in places(svg))


def overlapping(svg: str) -> list[tuple[str, str]]:
    """Give the pairs of texts whose boxes meet by more than the rounding of coordinates."""
    texts = [text.text or "" for text in parsed(svg).iter("text")]
    rooms = [Box(left + 0.1, top + 0.1, right - 0.1, bottom - 0.1) for left, top, right, bottom in boxes(svg)]
    pairs = combinations(zip(texts, rooms, strict=True), 2)
    return [(one, other) for (one, room), (other, other_room) in pairs if room.meets(other_room)]


def ids(svg: str) -> list[str]:
    return [each.get("id", "") for each in parsed(svg).iter() if each.get("id")]


def references(svg: str) -> set[str]:
    return set(re.findall(r"url\(#([^)]*)\)", svg)) | {
        name for each in re.findall(r'aria-labelledby="([^"]*)"', svg) for name in each.split()
    }


def forbidden(svg: str) -> list[str]:
    """Give what a strict content security policy refuses: styles, scripts, event attributes."""
    elements = list(parsed(svg).iter())
    names = [name for each in elements for name in each.attrib if name == "style" or name.startswith("on")]
    return names + [
        each.tag for each in elements if each.tag in {"style", "script", "foreignObject", "image"}
    ]
