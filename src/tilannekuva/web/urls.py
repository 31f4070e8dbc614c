"""The only maker of addresses."""

from collections.abc import Mapping
from urllib.parse import urlencode

PATHS = {"front": "", "indicator": "indicator/{id}", "sources": "sources"}
TWINS = ("json", "csv")


def url(
    lang: str, page: str, *, name: str = "", twin: str = "", query: Mapping[str, str] | None = None
) -> str:
    """Give the address of a page, or of its data twin, in a language."""
    path = PATHS[page].format(id=name)
    ending = f"{'' if path else 'index'}.{twin}" if twin else ""
    asked = {key: value for key, value in (query or {}).items() if value}
    return f"/{lang}/{path}{ending}" + (f"?{urlencode(asked, safe=':')}" if asked else "")
