"""JSON answers: the rows found along a path, each a mapping of raw cells."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tilannekuva.errors import NotUnderstood
from tilannekuva.sources.decoding import decoded
from tilannekuva.sources.fetch import Fetch
from tilannekuva.sources.wording import AGAIN, CHANGED, quoted

Row = dict[str, Any]
_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # how JSON writes each half of a character beyond the first plane
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def load(text: str) -> Any:  # noqa: ANN401 - JSON is whatever the source wrote
    """Read JSON strictly: no NaN, no key twice in one object; raises NotUnderstood."""
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        what = "breaks off" if error.pos >= len(text.rstrip()) - 1 else "is not JSON"
        raise NotUnderstood(
            f"the answer {what} at line {error.lineno}, column {error.colno}: {error.msg}{AGAIN}"
        ) from None
    except RecursionError:
        raise NotUnderstood(f"the answer nests deeper than any table would{AGAIN}") from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        raise NotUnderstood(f"the answer holds a number of thousands of digits{AGAIN}") from None
    if _HALF.search(text) and _HALF_CHARACTER.search(json.dumps(found, ensure_ascii=False)):
        raise NotUnderstood(f"the answer holds half a character, which is no text{AGAIN}")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise NotUnderstood(f"the key {quoted(twice)} stands twice in one object of the answer{AGAIN}")
    return found


def _no_constant(name: str) -> None:
    raise NotUnderstood(f"the answer holds {name}, which is no number{AGAIN}")


def rows(body: bytes, fetch: Fetch) -> Iterator[Row]:
    """Yield the objects along the recipe's path, such as `confirmed.*.*`.

    The keys that `*` stood for are given as `key1`, `key2` … to the rows. Raises NotUnderstood.
    """
    yield from _along(load(decoded(body, "json")), fetch.rows.split("."), [], {})


def _along(node: Any, path: list[str], seen: list[str], keys: Row) -> Iterator[Row]:  # noqa: ANN401 - any JSON
    if not path:
        if not isinstance(node, dict):
            raise NotUnderstood(f"expected an object {_where(seen)}, got {_kind(node)}{CHANGED}")
        yield keys | node
        return
    step, rest = path[0], path[1:]
    if step != "*":
        if not isinstance(node, dict) or step not in node:
            raise NotUnderstood(f"the answer has no '{'.'.join([*seen, step])}'; {_offer(node)}{CHANGED}")
        yield from _along(node[step], rest, [*seen, step], keys)
        return
    if not isinstance(node, dict | list):
        raise NotUnderstood(f"expected a list or an object {_where(seen)}, got {_kind(node)}{CHANGED}")
    name = f"key{len(keys) + 1}"
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, entry in entries:
        yield from _along(
            entry, rest, [*seen, str(key)], keys | {name: str(key)} if isinstance(node, dict) else keys
        )


def _where(seen: list[str]) -> str:
    return f"at {quoted('.'.join(seen))}" if seen else "at the top"


def _kind(node: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(node, dict | list):
        return "an object" if isinstance(node, dict) else "a list"
    return f"the text {quoted(node)}" if isinstance(node, str) else quoted(json.dumps(node)).strip("'")


def _offer(node: Any) -> str:  # noqa: ANN401 - any JSON
    if not isinstance(node, dict):
        return f"it has {_kind(node)} there"
    return "it has " + ", ".join(quoted(key) for key in list(node)[:8])
